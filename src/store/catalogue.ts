import type { ModelSize } from './modelSize';

/** A file whose content is known in advance. */
export interface PinnedFile {
  readonly sha256: string;
  /** Length in bytes, for what is shown and for the disk space; the hash decides. */
  readonly bytes: number;
}

/** A model Inkling knows by name. */
export interface CatalogueModel extends ModelSize {
  /** `owner/name` on the Hugging Face hub. */
  readonly id: string;
  readonly name: string;
  /** Commit of the repository; a name like `main` would move under the pinned hashes. */
  readonly revision: string;
  readonly licence: string;
  readonly configSha256: string;
  readonly weights: PinnedFile;
}

/**
 * GPT-2 as its authors published it, and its distilled little sister. Revisions and SHA-256 sums were collected from
 * independent public records of these files (artifact manifests and reproducibility notes that quote the hub's LFS
 * object ids), at least two for each set of weights. Lengths of the large and xl weights follow from their tensors' shapes.
 */
export const catalogue: readonly CatalogueModel[] = [
  {
    id: 'distilbert/distilgpt2',
    name: 'DistilGPT-2',
    revision: '2290a62682d06624634c1f46a6ad5be0f47f38aa',
    licence: 'Apache-2.0',
    parameters: 81_912_576,
    layers: 6,
    width: 768,
    configSha256: '4ec5947c1d59fee6212cdf3b0ec1a53eac02092554c5ff0a733488cbd2c64f3a',
    weights: { sha256: 'e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b', bytes: 352_824_413 },
  },
  {
    id: 'openai-community/gpt2',
    name: 'GPT-2',
    revision: '607a30d783dfa663caf39e06633721c8d4cfcd7e',
    licence: 'MIT',
    parameters: 124_439_808,
    layers: 12,
    width: 768,
    configSha256: '0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4',
    weights: { sha256: '248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707', bytes: 548_105_171 },
  },
  {
    id: 'openai-community/gpt2-medium',
    name: 'GPT-2 medium',
    revision: '6dcaa7a952f72f9298047fd5137cd6e4f05f41da',
    licence: 'MIT',
    parameters: 354_823_168,
    layers: 24,
    width: 1024,
    configSha256: 'ef1a44d889ad1a0acc7731c78134f1b87d2d222f110e97dd10fd4117331caf22',
    weights: { sha256: 'fc5a354a19255ad494f3d71549390baca1ccf61d1d822b9408971705c687c9cd', bytes: 1_519_984_962 },
  },
  {
    id: 'openai-community/gpt2-large',
    name: 'GPT-2 large',
    revision: '32b71b12589c2f8d625668d2335a01cac3249519',
    licence: 'MIT',
    parameters: 774_030_080,
    layers: 36,
    width: 1280,
    configSha256: '7fccdcfd6622055342a734c663ee0b61ff4fd697f42467595df0bf4448c8c170',
    weights: { sha256: '5f47f3e12f91cd33b662ce7e433b6150ad5512b5884a2cee961b50e9c3bbebce', bytes: 3_247_159_078 },
  },
  {
    id: 'openai-community/gpt2-xl',
    name: 'GPT-2 XL',
    revision: '15ea56dee5df4983c59b2538573817e1667135e2',
    licence: 'MIT',
    parameters: 1_557_611_200,
    layers: 48,
    width: 1600,
    configSha256: 'be48115d52314bc27327e160bf10197760db02ea689d10adb24db4102edf7a8a',
    weights: { sha256: '0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a', bytes: 6_431_829_964 },
  },
];

/** The entry for a hub id, or for the short name the hub used to have for it (`gpt2-xl`). */
export function findInCatalogue(id: string): CatalogueModel | undefined {
  return catalogue.find((model) => model.id === id || model.id.endsWith(`/${id}`));
}
