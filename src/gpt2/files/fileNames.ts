/** Names of Windows devices, which also apply with an extension or trailing spaces. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;
const LONGEST = 255;

/**
 * Whether a name from an untrusted source is a single file name on every system: no path, drive, stream or device, and
 * nothing that Windows strips.
 */
export function isFileName(name: string): boolean {
  const isPlain = /^[^\p{Cc}<>:"/\\|?*]+$/u.test(name) && !/[. ]$/.test(name);
  return isPlain && !DEVICES.test(name) && Buffer.byteLength(name) <= LONGEST;
}
