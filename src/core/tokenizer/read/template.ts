import type { Template } from '../bytePairTokenizer';
import { TokenizerError } from '../tokenizer';
import { idOf, type JsonObject, listOf, objectOf, textOf } from './json';

const DEEPEST = 8;
const NONE: Template = { before: [], after: [] };

/**
 * What the post-processor of a tokenizer.json puts around a text.
 * @throws TokenizerError that names one that is not taken
 */
export function readTemplate(value: unknown, depth = 0): Template {
  if (value === null || value === undefined) return NONE;
  const json = objectOf('The post-processor', value);
  switch (json.type) {
    case 'ByteLevel':
      return NONE;
    case 'TemplateProcessing':
      return readSingle(json);
    case 'RobertaProcessing':
    case 'BertProcessing':
      return { before: [pairId(json.cls)], after: [pairId(json.sep)] };
    case 'Sequence':
      if (depth >= DEEPEST) throw new TokenizerError('The post-processor is nested too deeply.');
      return listOf('The list of post-processors', json.processors)
        .map((part) => readTemplate(part, depth + 1))
        .reduce((inner, outer) => around(inner, outer), NONE);
    default:
      throw new TokenizerError(`The post-processor ${JSON.stringify(json.type)} is not one that byte-level BPE uses.`);
  }
}

function around(inner: Template, outer: Template): Template {
  return { before: [...outer.before, ...inner.before], after: [...inner.after, ...outer.after] };
}

/** `["</s>", 2]` */
function pairId(value: unknown): number {
  const [token, id] = listOf('A token of the post-processor', value);
  return idOf(textOf('A token of the post-processor', token), id);
}

function readSingle(json: JsonObject): Template {
  const tokens = objectOf('special_tokens of the template', json.special_tokens);
  const before: number[] = [];
  const after: number[] = [];
  let texts = 0;
  for (const value of listOf('The template', json.single)) {
    const part = objectOf('A part of the template', value);
    if (part.Sequence !== undefined) {
      texts++;
      continue;
    }
    const name = textOf('A token of the template', objectOf('A part of the template', part.SpecialToken).id);
    const ids = listOf(
      `The ids of ${JSON.stringify(name)} in the template`,
      objectOf(`The token ${JSON.stringify(name)} of the template`, Object.hasOwn(tokens, name) ? tokens[name] : null)
        .ids,
    );
    for (const id of ids) (texts === 0 ? before : after).push(idOf(name, id));
  }
  if (texts !== 1) throw new TokenizerError(`The template has the text ${texts} times.`);
  return { before, after };
}
