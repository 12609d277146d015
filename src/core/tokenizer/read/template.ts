import * as l10n from '@vscode/l10n';
import type { Template } from '../bytePairTokenizer';
import { TokenizerError } from '../tokenizer';
import { idOf, type JsonObject, listOf, objectOf, textOf } from './json';

const DEEPEST = 8;
/** Placeholder of the text itself. */
const TEXT = 'text';

/** A row of tokens with a placeholder for the text. */
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
  if (texts !== 1) throw notOnce();
  const at = row.indexOf(TEXT);
  const isToken = (part: number | typeof TEXT): part is number => part !== TEXT;
  return { before: row.slice(0, at).filter(isToken), after: row.slice(at + 1).filter(isToken) };
}

function readPostProcessor(value: unknown, depth: number): PostProcessor {
  if (value === null || value === undefined) return (rows) => rows;
  const json = objectOf('post_processor', value);
  switch (json.type) {
    case 'ByteLevel':
      return (rows) => rows;
    case 'TemplateProcessing':
      return templateProcessing(json);
    case 'RobertaProcessing':
    case 'BertProcessing': {
      const [cls, sep] = [pairId('cls', json.cls), pairId('sep', json.sep)];
      const next = json.type === 'RobertaProcessing' ? [sep] : [];
      return (rows) => rows.map((row, i) => [...(i === 0 ? [cls] : next), ...row, sep]);
    }
    case 'Sequence': {
      if (depth >= DEEPEST) throw new TokenizerError(l10n.t('The post-processor is nested too deeply.'));
      const parts = listOf('processors', json.processors).map((part) => readPostProcessor(part, depth + 1));
      return (rows) => parts.reduce((processed, part) => part(processed), rows);
    }
    default:
      throw new TokenizerError(
        l10n.t('The post-processor {0} is not one that byte-level BPE uses.', JSON.stringify(json.type)),
      );
  }
}

function notOnce(): TokenizerError {
  return new TokenizerError(l10n.t('The template of the post-processor does not hold the text once.'));
}

/** `["</s>", 2]` */
function pairId(what: string, value: unknown): number {
  const [token, id] = listOf(what, value);
  return idOf(textOf(what, token), id);
}

/** A template for one row, and one for two: of one that has put a token beside the text, the next makes a pair. */
function templateProcessing(json: JsonObject): PostProcessor {
  const single = readPieces('single', json);
  return (rows) => {
    if (rows.length > 2) throw notOnce();
    const pieces = rows.length === 1 ? single : readPieces('pair', json);
    return pieces.map((piece) => {
      if (typeof piece !== 'string') return piece;
      const row = rows[piece === 'A' ? 0 : 1];
      if (!row) throw notOnce();
      return row;
    });
  };
}

/** The pieces of a template: tokens, and the names of rows. */
function readPieces(template: 'single' | 'pair', json: JsonObject): (readonly number[] | 'A' | 'B')[] {
  const tokens = objectOf('special_tokens', json.special_tokens);
  return listOf(template, json[template]).map((value) => {
    const part = objectOf(template, value);
    if (part.Sequence !== undefined) return objectOf('Sequence', part.Sequence).id === 'B' ? 'B' : 'A';
    const name = textOf('SpecialToken.id', objectOf('SpecialToken', part.SpecialToken).id);
    const what = `special_tokens[${JSON.stringify(name)}]`;
    const { ids } = objectOf(what, Object.hasOwn(tokens, name) ? tokens[name] : null);
    return listOf(`${what}.ids`, ids).map((id) => idOf(name, id));
  });
}
