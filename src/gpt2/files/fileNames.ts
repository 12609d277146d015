/** Windows takes these for devices, whatever follows a dot, and spaces before it. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;
const LONGEST = 255;

/**
 * Whether a name from outside is the name of one file of a folder on every system: no path, no drive or stream, no
 * device, and nothing that Windows would leave out.
 */
export function isFileName(name: string): boolean {
  const isPlain = /^[^\p{Cc}<>:"/\\|?*]+$/u.test(name) && !/[. ]$/.test(name);
  return isPlain && !DEVICES.test(name) && Buffer.byteLength(name) <= LONGEST;
}
