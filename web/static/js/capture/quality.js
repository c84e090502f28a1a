// Blur and darkness, noticed at once, in the server's own measures (verification/photos/quality.py).

const SIDE = 640;

// What the server would complain of: "dark", "empty", "blurred"; null: nothing.
export async function complaint(blob, wanted) {
  const { data, width, height } = await pixels(blob);
  const { brightness, contrast, sharpness } = measure(data, width, height);
  if (brightness < wanted.brightness) return "dark";
  if (contrast < wanted.contrast) return "empty";
  return sharpness < wanted.sharpness ? "blurred" : null;
}

export function measure(data, width, height) {
  const grey = new Float32Array(width * height);
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < grey.length; at += 1) {
    const value = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
    grey[at] = value;
    sum += value;
    squares += value * value;
  }
  const brightness = sum / grey.length;
  const contrast = Math.sqrt(Math.max(0, squares / grey.length - brightness ** 2));
  return { brightness, contrast, sharpness: sharpest(grey, width, height) };
}

// The edges of each ninth: a sharp sign before an empty sky is a sharp picture.
function sharpest(grey, width, height) {
  const ninths = Array.from({ length: 9 }, () => ({ count: 0, sum: 0, squares: 0 }));
  for (let y = 1; y < height - 1; y += 1) {
    const row = Math.floor((3 * y) / height) * 3;
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const edge = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
      const ninth = ninths[row + Math.floor((3 * x) / width)];
      ninth.count += 1;
      ninth.sum += edge;
      ninth.squares += edge * edge;
    }
  }
  return Math.max(...ninths.map(({ count, sum, squares }) => squares / count - (sum / count) ** 2));
}

async function pixels(blob) {
  const picture = await createImageBitmap(blob);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(3, Math.round(picture.width * scale));
  const height = Math.max(3, Math.round(picture.height * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  return pen.getImageData(0, 0, width, height);
}
