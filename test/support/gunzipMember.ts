// Inflates as collectors in Workers do: one member, whole, and nothing behind it. Node's own takes several.
import { gunzipSync } from 'node:zlib';

/** Nothing for what is broken, cut, or more than one member. */
export function gunzipMember(bytes: Buffer): Buffer | undefined {
  try {
    const inflated = gunzipSync(bytes);
    // A member ends with the size of what it holds (RFC 1952, 2.3.1): of several, with that of the last.
    return bytes.readUInt32LE(bytes.length - 4) === inflated.length ? inflated : undefined;
  } catch {
    return undefined;
  }
}
