// The one script that every page loads.

import { begin } from "./outbox.js";

begin();
