import * as l10n from '@vscode/l10n';
import type { TokenizerFiles } from '../../core/tokenizer';
import { UnsupportedModelError } from '../errors';
import type { GgufTokenizer } from './gguf';

/** Token types of llama.cpp. https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h */
const CONTROL = 3;
const ADDED = 4;
const UNUSED = 5;
/** Names of pre-tokenizers that are GPT-2's own. */
const OWN_WAYS: ReadonlySet<string | undefined> = new Set([undefined, 'gpt-2', 'gpt2', 'default']);

/**
 * Converts the tokenizer of a GGUF file to Hugging Face's files.
 * @throws UnsupportedModelError where its pre-tokenizer is not GPT-2's
 */
export function filesOfGguf(tokenizer: GgufTokenizer): TokenizerFiles {
  const { tokens, merges, types, pre, bosId, eosId, unkId, addBos } = tokenizer;
  if (!OWN_WAYS.has(pre)) {
    throw new UnsupportedModelError(
      l10n.t(
        'The tokenizer in the GGUF file cuts text as {0} does; Inkling reads that of GPT-2 there. Take the model.safetensors and tokenizer.json that it was made from.',
        JSON.stringify(pre),
      ),
    );
  }
  const typeOf = (id: number) => (id === eosId || id === bosId ? CONTROL : types?.[id]);
  const vocab = Object.fromEntries(
    tokens.map((token, id) => [token, id]).filter(([, id]) => typeOf(id as number) !== UNUSED),
  );
  const added = tokens.flatMap((content, id) => {
    const type = typeOf(id);
    return type === CONTROL || type === ADDED ? [{ id, content, special: type === CONTROL, normalized: false }] : [];
  });
  const bos = addBos && bosId !== undefined ? tokens[bosId] : undefined;
  const json = {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: bos === undefined ? null : templateOf(bos, bosId as number),
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', unk_token: unkId === undefined ? null : tokens[unkId], vocab, merges },
  };
  return {
    'tokenizer.json': JSON.stringify(json),
    ...(eosId !== undefined && { 'special_tokens_map.json': JSON.stringify({ eos_token: tokens[eosId] }) }),
  };
}

function templateOf(token: string, id: number): object {
  return {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}
