/** A string of JSON (possibly unterminated), or one of the non-JSON numbers that Python writes. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|(-?)\b(?:NaN|Infinity)\b/gs;

/**
 * Parses JSON as Python's `json` writes it: with `NaN`, `Infinity` and `-Infinity`.
 * @param write the JSON that stands for such a number
 * @throws SyntaxError
 */
export function parsePythonJson(text: string, write: (number: string) => string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
  }
  return JSON.parse(
    text.replace(STRING_OR_NUMBER, (found, minus?: string) => (minus === undefined ? found : write(found))),
  );
}
