/** A string of JSON (possibly unterminated), or one of the non-JSON numbers that Python writes. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|(-?)\b(?:NaN|Infinity)\b/gs;
/** Stands for the logarithm of 0 in servers that write strict JSON. */
const LOG_OF_ZERO = '-9999';

/**
 * Parses JSON as Python writes it, where the logarithm of 0 is `-Infinity`.
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
