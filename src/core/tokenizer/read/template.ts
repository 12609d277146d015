import type { Template } from '../bytePairTokenizer';
import { TokenizerError } from '../tokenizer';
import { idOf, type JsonObject, listOf, objectOf, textOf } from './json';

const DEEPEST = 8;
/** Where the text itself stands. */
const TEXT = 'text';

/** A row of tokens, in which the text may stand. */
type Row = readonly (number | typeof TEXT)[];
/** What a post-processor makes of rows; those after it see as many of them as it has put side by side. */
type PostProcessor = (rows: readonly Row[]) => readonly Row[];

/**
 * What the post-processor of a tokenizer.json puts around a text.
 * @throws TokenizerError that names one that is not taken
 */
export function readTemplate(value: unknown): Template {
  const row = readPostProcessor(value, 0)([[TEXT]]).flat();
  const texts = row.filter((part) => part === TEXT).length;
  if (texts !== 1) throw new TokenizerError(`The template has the text ${texts} times.`);
  const at = row.indexOf(TEXT);
  const isToken = (part: number | typeof TEXT): part is number => part !== TEXT;
  return { before: row.slice(0, at).filter(isToken), after: row.slice(at + 1).filter(isToken) };
}

function readPostProcessor(value: unknown, depth: number): PostProcessor {
  if (value === null || value === undefined) return (rows) => rows;
  const json = objectOf('The post-processor', value);
  switch (json.type) {
    case 'ByteLevel':
      return (rows) => rows;
    case 'TemplateProcessing':
      return templateProcessing(json);
    case 'RobertaProcessing':
    case 'BertProcessing': {
      const [cls, sep] = [pairId(json.cls), pairId(json.sep)];
      const next = json.type === 'RobertaProcessing' ? [sep] : [];
      return (rows) => rows.map((row, i) => [...(i === 0 ? [cls] : next), ...row, sep]);
    }
    case 'Sequence': {
      if (depth >= DEEPEST) throw new TokenizerError('The post-processor is nested too deeply.');
      const parts = listOf('The list of post-processors', json.processors).map((part) =>
        readPostProcessor(part, depth + 1),
      );
      return (rows) => parts.reduce((processed, part) => part(processed), rows);
    }
    default:
      throw new TokenizerError(`The post-processor ${JSON.stringify(json.type)} is not one that byte-level BPE uses.`);
  }
}

/** `["</s>", 2]` */
function pairId(value: unknown): number {
  const [token, id] = listOf('A token of the post-processor', value);
  return idOf(textOf('A token of the post-processor', token), id);
}

/** A template for one row, and one for two: of one that has put a token beside the text, the next makes a pair. */
function templateProcessing(json: JsonObject): PostProcessor {
  const single = readPieces('The template', json.single, json);
  return (rows) => {
    if (rows.length > 2) throw new TokenizerError(`A template is given ${rows.length} rows of tokens; it takes two.`);
    const pieces = rows.length === 1 ? single : readPieces('The template of pairs', json.pair, json);
    return pieces.map((piece) => {
      if (typeof piece !== 'string') return piece;
      const row = rows[piece === 'A' ? 0 : 1];
      if (!row) throw new TokenizerError('The template has a second text where there is one.');
      return row;
    });
  };
}

/** The pieces of a template: tokens, and the names of rows. */
function readPieces(what: string, value: unknown, json: JsonObject): (readonly number[] | 'A' | 'B')[] {
  const tokens = objectOf('special_tokens of the template', json.special_tokens);
  return listOf(what, value).map((value) => {
    const part = objectOf('A part of the template', value);
    if (part.Sequence !== undefined) return objectOf('A text of the template', part.Sequence).id === 'B' ? 'B' : 'A';
    const name = textOf('A token of the template', objectOf('A part of the template', part.SpecialToken).id);
    const ids = listOf(
      `The ids of ${JSON.stringify(name)} in the template`,
      objectOf(`The token ${JSON.stringify(name)} of the template`, Object.hasOwn(tokens, name) ? tokens[name] : null)
        .ids,
    );
    return ids.map((id) => idOf(name, id));
  });
}
