/** A string of JSON, whole or begun, or a number that JSON does not have and Python writes all the same. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|(-?)\b(?:NaN|Infinity)\b/gs;
/** What servers that write JSON alone give for the logarithm of 0. */
const LOG_OF_ZERO = '-9999';

/**
 * Reads JSON as servers in Python write it: the logarithm of 0 is `-Infinity` there.
 * @throws SyntaxError
 */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
  }
  return JSON.parse(
    text.replace(STRING_OR_NUMBER, (found, minus?: string) => {
      if (minus === undefined) return found;
      return found === '-Infinity' ? LOG_OF_ZERO : 'null';
    }),
  );
}
