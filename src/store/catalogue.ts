import type { ModelShape } from './modelCosts';

/** A model that can be chosen by name. */
export interface CatalogueModel {
  /** `owner/name` on the Hugging Face hub. */
  readonly id: string;
  readonly name: string;
  /** Language it was trained on, in English and in the language itself, so that a search finds either. */
  readonly language: string;
  /** Special purpose other than plain prose. */
  readonly kind?: string;
  /** Absent where its authors state none. */
  readonly licence?: string;
  readonly shape: ModelShape;
  /**
   * Commit of the repository. A branch name would not match the pinned hashes once it moves. Absent where no public
   * record names a commit.
   */
  readonly revision?: string;
  readonly configSha256?: string;
  readonly weights: {
    readonly name: 'model.safetensors' | 'pytorch_model.bin';
    /** Length in bytes, for display; a download uses the hub's figure. */
    readonly bytes: number;
    readonly sha256?: string;
  };
}

const GPT2_TOKENS = { vocabulary: 50_257, context: 1024 };
const SMALL = { layers: 12, width: 768, ...GPT2_TOKENS };
const LARGE = { layers: 36, width: 1280, ...GPT2_TOKENS };

/**
 * GPT-2 as its authors published it, and its distilled little sister. Revisions and SHA-256 sums were collected from
 * independent public records of these files (artifact manifests and reproducibility notes that quote the hub's LFS
 * object ids), at least two for each set of weights. Lengths of the large and xl weights follow from their tensors' shapes.
 */
const ENGLISH: readonly CatalogueModel[] = [
  {
    id: 'distilbert/distilgpt2',
    name: 'DistilGPT-2',
    language: 'English',
    revision: '2290a62682d06624634c1f46a6ad5be0f47f38aa',
    licence: 'Apache-2.0',
    shape: { ...SMALL, layers: 6 },
    configSha256: '4ec5947c1d59fee6212cdf3b0ec1a53eac02092554c5ff0a733488cbd2c64f3a',
    weights: {
      name: 'model.safetensors',
      sha256: 'e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b',
      bytes: 352_824_413,
    },
  },
  {
    id: 'openai-community/gpt2',
    name: 'GPT-2',
    language: 'English',
    revision: '607a30d783dfa663caf39e06633721c8d4cfcd7e',
    licence: 'MIT',
    shape: SMALL,
    configSha256: '0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4',
    weights: {
      name: 'model.safetensors',
      sha256: '248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707',
      bytes: 548_105_171,
    },
  },
  {
    id: 'openai-community/gpt2-medium',
    name: 'GPT-2 medium',
    language: 'English',
    revision: '6dcaa7a952f72f9298047fd5137cd6e4f05f41da',
    licence: 'MIT',
    shape: { layers: 24, width: 1024, ...GPT2_TOKENS },
    configSha256: 'ef1a44d889ad1a0acc7731c78134f1b87d2d222f110e97dd10fd4117331caf22',
    weights: {
      name: 'model.safetensors',
      sha256: 'fc5a354a19255ad494f3d71549390baca1ccf61d1d822b9408971705c687c9cd',
      bytes: 1_519_984_962,
    },
  },
  {
    id: 'openai-community/gpt2-large',
    name: 'GPT-2 large',
    language: 'English',
    revision: '32b71b12589c2f8d625668d2335a01cac3249519',
    licence: 'MIT',
    shape: LARGE,
    configSha256: '7fccdcfd6622055342a734c663ee0b61ff4fd697f42467595df0bf4448c8c170',
    weights: {
      name: 'model.safetensors',
      sha256: '5f47f3e12f91cd33b662ce7e433b6150ad5512b5884a2cee961b50e9c3bbebce',
      bytes: 3_247_159_078,
    },
  },
  {
    id: 'openai-community/gpt2-xl',
    name: 'GPT-2 XL',
    language: 'English',
    revision: '15ea56dee5df4983c59b2538573817e1667135e2',
    licence: 'MIT',
    shape: { layers: 48, width: 1600, ...GPT2_TOKENS },
    configSha256: 'be48115d52314bc27327e160bf10197760db02ea689d10adb24db4102edf7a8a',
    weights: {
      name: 'model.safetensors',
      sha256: '0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a',
      bytes: 6_431_829_964,
    },
  },
];

/**
 * GPT-2s of other languages and kinds. Licences are those that each model's card states. Files and lengths are those
 * that the `tree` page of the repository showed (https://huggingface.co/ID/tree/main), unless a comment says otherwise;
 * vocabulary and context come from its `config.json`, or from the length, which they determine. Public records quote only
 * the first digits of their commits, so none is pinned: what is installed is the hub's `main`, checked against the hash
 * that the hub names.
 */
const OTHERS: readonly CatalogueModel[] = [
  {
    id: 'benjamin/gerpt2',
    name: 'GerPT2',
    language: 'German (Deutsch)',
    licence: 'MIT',
    // 665 MB contain the embedding twice: the head has a matrix of its own.
    shape: { ...SMALL, hasOwnHead: true },
    weights: { name: 'model.safetensors', bytes: 665e6 },
  },
  {
    id: 'benjamin/gerpt2-large',
    name: 'GerPT2 large',
    language: 'German (Deutsch)',
    licence: 'MIT',
    shape: { ...LARGE, hasOwnHead: true },
    weights: { name: 'model.safetensors', bytes: 3.39e9 },
  },
  {
    id: 'asi/gpt-fr-cased-small',
    name: 'GPT-fr small',
    language: 'French (français)',
    licence: 'Apache-2.0',
    shape: { ...SMALL, vocabulary: 50_000 },
    weights: { name: 'pytorch_model.bin', bytes: 510e6 },
  },
  {
    id: 'ClassCat/gpt2-base-french',
    name: 'ClassCat GPT-2 French',
    language: 'French (français)',
    licence: 'CC-BY-SA-4.0',
    shape: { ...SMALL, vocabulary: 50_000 },
    weights: { name: 'pytorch_model.bin', bytes: 510e6 },
  },
  {
    id: 'PlanTL-GOB-ES/gpt2-base-bne',
    name: 'GPT-2 BNE',
    language: 'Spanish (español)',
    licence: 'Apache-2.0',
    // Vocabulary and context from the config of a fine-tune (javilonso/classificationPolEsp2); the length agrees.
    shape: { ...SMALL, vocabulary: 50_261, context: 512 },
    weights: { name: 'pytorch_model.bin', bytes: 499e6 },
  },
  {
    id: 'datificate/gpt2-small-spanish',
    name: 'GPT-2 small Spanish',
    language: 'Spanish (español)',
    licence: 'Apache-2.0',
    shape: SMALL,
    weights: { name: 'pytorch_model.bin', bytes: 510e6 },
  },
  {
    id: 'pierreguillou/gpt2-small-portuguese',
    name: 'GPorTuguese-2',
    language: 'Portuguese (português)',
    licence: 'MIT',
    shape: SMALL,
    // The model card says 487M, in units of 2^20 bytes.
    weights: { name: 'pytorch_model.bin', bytes: 510e6 },
  },
  {
    id: 'GroNLP/gpt2-small-dutch',
    name: 'GPT-2 small Dutch',
    language: 'Dutch (Nederlands)',
    shape: { ...SMALL, vocabulary: 40_000 },
    weights: { name: 'model.safetensors', bytes: 479e6 },
  },
  {
    id: 'sdadas/polish-gpt2-small',
    name: 'Polish GPT-2 small',
    language: 'Polish (polski)',
    licence: 'LGPL',
    shape: { ...SMALL, vocabulary: 51_200, context: 2048 },
    // The hub counts 176 million float32 numbers, including the attention masks.
    weights: { name: 'model.safetensors', bytes: 705e6 },
  },
  {
    id: 'lchaloupsky/czech-gpt2-oscar',
    name: 'Czech GPT-2',
    language: 'Czech (čeština)',
    licence: 'MIT',
    shape: SMALL,
    // Length of the repository's pytorch_model.bin.
    weights: { name: 'model.safetensors', bytes: 548e6 },
  },
  {
    id: 'Finnish-NLP/gpt2-finnish',
    name: 'GPT-2 Finnish',
    language: 'Finnish (suomi)',
    licence: 'Apache-2.0',
    shape: SMALL,
    // Computed from its shape; other models of this shape and format have this length.
    weights: { name: 'pytorch_model.bin', bytes: 510e6 },
  },
  {
    id: 'ytu-ce-cosmos/turkish-gpt2-large',
    name: 'Turkish GPT-2 large',
    language: 'Turkish (Türkçe)',
    licence: 'MIT',
    shape: LARGE,
    weights: { name: 'model.safetensors', bytes: 3.1e9 },
  },
  {
    id: 'NlpHUST/gpt2-vietnamese',
    name: 'GPT-2 Vietnamese',
    language: 'Vietnamese (tiếng Việt)',
    shape: SMALL,
    weights: { name: 'pytorch_model.bin', bytes: 510e6 },
  },
  {
    id: 'microsoft/DialoGPT-small',
    name: 'DialoGPT small',
    language: 'English',
    kind: 'conversations',
    licence: 'MIT',
    shape: SMALL,
    // 16-bit numbers, including a head and attention masks.
    weights: { name: 'model.safetensors', bytes: 351e6 },
  },
];

export const catalogue: readonly CatalogueModel[] = [...ENGLISH, ...OTHERS];

/** The entry for a hub id in any case, or for one of OpenAI's models by the hub's former short name (`gpt2-xl`). */
export function findInCatalogue(id: string): CatalogueModel | undefined {
  const wanted = id.toLowerCase();
  const isNamed = (model: CatalogueModel) => model.id.toLowerCase() === wanted;
  const isShort = ({ id, revision }: CatalogueModel) =>
    revision !== undefined && id.toLowerCase().endsWith(`/${wanted}`);
  return catalogue.find(isNamed) ?? catalogue.find(isShort);
}
