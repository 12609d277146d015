import { createHash } from 'node:crypto';
import { lstat, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { compile } from './compile';
import {
  BUILDER_VERSION,
  DATA_FILE,
  EMBEDDING_GRAPH,
  isOwnFile,
  isOwnManifest,
  MANIFEST,
  type Manifest,
  READING_GRAPH,
  STEP_GRAPH,
  sealed,
} from './compiledModel';
import { UnsupportedModelError, writeTrouble } from './errors';
import { describeContent, type FileRecord } from './fileRecords';
import { whyUnreadable } from './files/byteSource';
import { type OpenModel, openModel } from './files/openModel';
import type { Precision } from './quantise';
import { sampleTokens } from './sampleRun';
import { makeStagingFolder } from './staging';
import type { CompileOptions } from './storedWeights';
import { headDiffers } from './weights';

/**
 * Compiles the model at `from`, a folder or a file, into the folder `to`, which is complete or absent at every moment.
 * Replaces nothing but a compiled model.
 * @throws UnsupportedModelError when `from` is no GPT-2, or `to` has other content; an AbortError when the signal fires
 */
export async function compileModel(
  from: string,
  to: string,
  precision: Precision,
  options: CompileOptions = {},
): Promise<Manifest> {
  await requireReplaceable(to);
  const model = await openModel(from);
  let staging: string | undefined;
  try {
    staging = await makeStagingFolder(dirname(to));
    const { config, notes } = await settleHead(model);
    const { name, endOfText, ends, tokenizer = {} } = model;
    const files: FileRecord[] = [];
    const data = await open(join(staging, DATA_FILE), 'w');
    try {
      // Hash the intended content, so that a faulty write is detected.
      const hash = createHash('sha256');
      let bytes = 0;
      const write = async (part: Uint8Array) => {
        hash.update(part);
        bytes += part.length;
        await data.writeFile(part);
      };
      const sample = sampleTokens({ files: model.tokenizer, rows: config.vocab_size, endOfText }, config);
      const graphs = await compile(model.weights, config, precision, { write }, { ...options, sample });
      files.push({ name: DATA_FILE, bytes, sha256: hash.digest('hex') });
      const others = {
        [STEP_GRAPH]: graphs.model,
        'inspect.onnx': graphs.inspect,
        'head.onnx': graphs.head,
        ...(graphs.reading && { [EMBEDDING_GRAPH]: graphs.reading.embed, [READING_GRAPH]: graphs.reading.read }),
        ...tokenizer,
      };
      for (const [file, content] of Object.entries(others)) {
        await writeFile(join(staging, file), content);
        files.push(describeContent(file, content));
      }
      await data.sync();
    } finally {
      await data.close();
    }
    const manifest: Manifest = {
      name,
      precision,
      builderVersion: BUILDER_VERSION,
      config,
      ...(endOfText !== undefined && { endOfText }),
      ...(ends.length > 1 && { ends }),
      ...(notes.length > 0 && { notes }),
      files,
    };
    await writeFile(join(staging, MANIFEST), JSON.stringify(sealed(manifest), null, 1));
    options.signal?.throwIfAborted();
    // Something may have appeared there during the minutes of compiling.
    await requireReplaceable(to);
    await rm(to, { recursive: true, force: true });
    await rename(staging, to);
    return manifest;
  } catch (error) {
    if (staging !== undefined) {
      await rm(staging, { recursive: true, force: true });
    }
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== undefined && syscall !== undefined && syscall !== 'read') {
      throw new UnsupportedModelError(writeTrouble(dirname(to), code), { cause: error });
    }
    throw error;
  } finally {
    await model.close();
  }
}

/** If a file's head differs from the embedding it should be tied to, the head is used, whatever the config says. */
async function settleHead({ weights, config, notes }: OpenModel): Promise<Pick<OpenModel, 'config' | 'notes'>> {
  if (!(await headDiffers(weights, config))) {
    return { config, notes };
  }
  const note = l10n.t(
    'lm_head.weight differs from the embedding, although config.json says they are one (tie_word_embeddings); the head is used.',
  );
  return { config: { ...config, tie_word_embeddings: false }, notes: [...notes, note] };
}

/** @throws UnsupportedModelError unless the folder is absent, empty, or holds a compiled model only */
export async function requireReplaceable(folder: string): Promise<void> {
  const names = await readdir(folder).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    const why = await whyUnreadable(folder, error);
    throw new UnsupportedModelError(l10n.t('{0} cannot be made into a compiled model: {1}.', folder, why), {
      cause: error,
    });
  });
  const isLink = (await lstat(folder).catch(() => undefined))?.isSymbolicLink();
  const other = names.find((name) => !isOwnFile(name));
  if (isLink || other !== undefined || (names.length > 0 && !(await isOwnManifest(folder)))) {
    throw new UnsupportedModelError(
      other === undefined
        ? l10n.t('{0} holds something else than a compiled model; name a new folder.', folder)
        : l10n.t('{0} holds something else than a compiled model ({1}); name a new folder.', folder, other),
    );
  }
}
