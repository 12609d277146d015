import * as l10n from '@vscode/l10n';
import { parsePythonJson } from '../../core/text/pythonJson';
import { UnsupportedModelError } from '../errors';
import { openFile } from './byteSource';

/** Configs and indexes are some kilobytes; the index of a large sharded model is below a megabyte. */
const MOST_JSON_BYTES = 16 * 2 ** 20;
/** What is nested deeper cannot be written again: JSON.stringify and others go down by calls. */
const DEEPEST_JSON = 100;

/**
 * Reads a JSON file of a model.
 * @throws UnsupportedModelError when it cannot be read, is far too large, nested beyond any use or no JSON
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const file = await openFile(path);
  try {
    if (file.size > MOST_JSON_BYTES) {
      throw new UnsupportedModelError(
        l10n.t('{0} is too large ({1} MB) to be what its name says.', path, Math.round(file.size / 1e6)),
      );
    }
    const value = parse(new TextDecoder().decode(await file.read(0, file.size)));
    if (!isWithin(value, DEEPEST_JSON)) {
      throw new SyntaxError('nested too deeply');
    }
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UnsupportedModelError(l10n.t('{0} is not valid JSON.', path), { cause: error });
    }
    throw error;
  } finally {
    await file.close();
  }
}

/** Longer texts are no configs: they would only keep a reader waiting. */
const LONGEST_CONFIG = 2 ** 20;
const AS_JSON: Readonly<Record<string, string>> = { NaN: '"NaN"', Infinity: '1e999', '-Infinity': '-1e999' };

/** Configs are Python's: one that its json reads is read here, too. What is not a number becomes a text. */
function parse(text: string): unknown {
  return text.length > LONGEST_CONFIG ? JSON.parse(text) : parsePythonJson(text, (number) => AS_JSON[number] ?? number);
}

/** Whether a value of JSON is nested no deeper than this. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return depth > 0 && Object.values(value).every((each) => isWithin(each, depth - 1));
}
