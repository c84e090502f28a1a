// The camera, and a screen that stays on while it is pointed at something.

const LONGEST_SIDE = 2560;
const JPEG = 0.9;

export class Camera {
  constructor(video) {
    this.video = video;
    this.stream = null;
  }

  get ready() {
    return Boolean(this.stream?.active) && this.video.videoWidth > 0;
  }

  // Throws "refused", "missing" or "busy".
  async start({ onEnd }) {
    if (this.ready) return;
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraTrouble("missing");
    const wish = { facingMode: { ideal: "environment" }, width: { ideal: LONGEST_SIDE }, height: { ideal: 1920 } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      throw new CameraTrouble(TROUBLES[error.name] ?? "busy", error);
    }
    // Another program takes the camera, or it is pulled out: said, not frozen.
    this.stream.getVideoTracks()[0].addEventListener("ended", onEnd);
    this.#stayAwake();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.wakeLock?.release().catch(() => {});
    this.wakeLock = null;
  }

  // The whole frame of this moment, as a JPEG.
  async take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    return asJpeg(canvas);
  }

  async #stayAwake() {
    try {
      this.wakeLock = await navigator.wakeLock?.request("screen");
    } catch {
      this.wakeLock = null; // a low battery may forbid it: the screen goes dark then, and nothing else happens
    }
  }
}

// Given before, so that nobody need be asked. A browser that does not tell is asked by a tap.
export async function areAllowed(...names) {
  try {
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return states.every(({ state }) => state === "granted");
  } catch {
    return false;
  }
}

export class CameraTrouble extends Error {
  constructor(kind, cause) {
    super(kind, { cause });
    this.kind = kind;
  }
}

const TROUBLES = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

function asJpeg(canvas) {
  return new Promise((resolve, reject) => {
    const done = (blob) => (blob ? resolve(blob) : reject(new Error("the picture could not be made")));
    canvas.toBlob(done, "image/jpeg", JPEG);
  });
}
