import * as l10n from '@vscode/l10n';
import { isWord, type Levels, levelsFor, type NextWords, scorePassages, surprisal, wordSpans } from '../core/analysis';
import { type GenerationConfig, OPTIONS, type OptionName } from '../core/decoding/options';
import { reshape } from '../core/decoding/pipeline';
import { spelledName } from '../core/decoding/spelled';
import type { BeamStep, Finish } from '../core/decoding/steps';
import { entropy, logSoftmax, topTokens } from '../core/logits';
import type { Token, Tokenizer } from '../core/tokenizer';
import { glyphsOf } from '../core/tokenizer/glyphs';
import { attentionWeights, headsLookingAt } from './attention';
import { linesOf, runsOf, treeAt } from './beamTree';
import { drawCommand, type ModelArguments } from './command';
import type {
  AttentionFigure,
  BeamLine,
  BeamsFigure,
  Figure,
  FigureToken,
  HeatUnit,
  LensFigure,
  NextFigure,
  Origin,
  StagesFigure,
} from './figure';
import { type FigureRequest, PictureError } from './request';

interface Prompt {
  readonly text: string;
  readonly bos?: boolean;
}

interface Scored extends Token {
  readonly logprob: number | null;
  readonly rank: number | null;
}

/** A local model, or one on a server. */
export interface FigureModel {
  readonly name: string;
  readonly precision?: string;
  readonly server?: { readonly host: string };
}

/** The model for the small print, with its precision or the server it runs on. */
export function asOrigin({ name, precision, server }: FigureModel): { name: string; precision: string } {
  return { name, precision: server ? l10n.t('on {0}', server.host) : (precision ?? '') };
}

/** Command-line options that select the local model at `path`; none for a server's model. */
export function modelArguments({ precision, server }: FigureModel, path: string): ModelArguments {
  return server ? {} : { path, precision };
}

/** The part of `Engine` that pictures need. */
export interface FigureEngine {
  info(): Promise<FigureModel>;
  tokenizer(): Promise<Tokenizer>;
  logits(request: Prompt, signal?: AbortSignal): Promise<Float32Array>;
  score(request: Prompt, signal?: AbortSignal): Promise<readonly Scored[]>;
  words(request: Prompt & { readonly count: number }, signal?: AbortSignal): Promise<NextWords>;
  generate(
    request: Prompt & { readonly config: GenerationConfig },
    onEvent?: (event: BeamStep | { readonly kind: 'token' }) => void,
    signal?: AbortSignal,
  ): Promise<{
    readonly sequences: readonly {
      readonly text: string;
      readonly ids: readonly number[];
      readonly score: number;
      readonly finish: Finish;
    }[];
  }>;
  inspect(
    request: Prompt & { readonly candidate?: number },
    signal?: AbortSignal,
  ): Promise<{
    readonly layers: number;
    readonly heads: number;
    readonly tokens: number;
    readonly attention: Float32Array;
    readonly candidate: number;
    readonly lens: readonly {
      readonly layer: number;
      readonly top: readonly { readonly id: number; readonly text: string; readonly logprob: number }[];
      readonly candidateLogprob: number;
      readonly candidateRank: number;
    }[];
  }>;
}

/**
 * Queries a model for the numbers of a picture.
 * @param chosen command-line options that select this model
 * @throws PictureError when the request does not fit the model, and whatever the engine throws
 */
export async function askFigure(
  engine: FigureEngine,
  request: FigureRequest,
  chosen: ModelArguments = {},
  signal?: AbortSignal,
): Promise<Figure> {
  const { kind, text, bos } = request;
  const prompt = { text, bos };
  const tokenizer = await engine.tokenizer();
  // Token boundaries need no model.
  const asked = !(kind === 'tokens' && request.colour === 'boundary');
  const model = asOrigin(await engine.info());
  const { precision } = model;
  const origin: Origin = {
    ...(asked && { model }),
    settings: request.settings,
    command: drawCommand(kind, text, request.settings, asked ? { precision, ...chosen } : { path: chosen.path }),
  };
  switch (kind) {
    case 'tokens': {
      const tokens = asked ? await engine.score(prompt, signal) : tokenizer.tokenize(text);
      return { kind, text, origin, colour: request.colour, tokens: tokens.map(asFigureToken) };
    }
    case 'next':
    case 'stages': {
      const logits = await engine.logits(prompt, signal);
      const given = { text, origin, logits, config: request.decoding, context: idsOf(request, tokenizer), tokenizer };
      return kind === 'next' ? nextFigure({ ...given, count: request.count }) : stagesFigure(given);
    }
    case 'beams':
      return beamsFigure(engine, request, origin, tokenizer, signal);
    case 'attention':
    case 'lens': {
      const candidate = request.candidate === undefined ? undefined : tokenOf(tokenizer, request.candidate);
      const seen = await engine.inspect({ ...prompt, ...(candidate !== undefined && { candidate }) }, signal);
      const figureOf = kind === 'lens' ? lensFigure : attentionFigure;
      return figureOf(seen, request, origin, tokenizer);
    }
    case 'words': {
      const { words, covered } = await engine.words({ ...prompt, count: request.count }, signal);
      return { kind, text, origin, words, covered };
    }
    case 'surprisal': {
      const tokens = await engine.score(prompt, signal);
      return { kind, text, origin, ...heatOf(text, tokens) };
    }
  }
}

/** The token ids that the model reads for a request. */
function idsOf({ text, bos }: FigureRequest, tokenizer: Tokenizer): number[] {
  return [...(bos ? tokenizer.start : tokenizer.opening), ...tokenizer.encode(text)];
}

async function beamsFigure(
  engine: FigureEngine,
  { text, bos, decoding }: FigureRequest,
  origin: Origin,
  tokenizer: Tokenizer,
  signal?: AbortSignal,
): Promise<BeamsFigure> {
  const steps: BeamStep[] = [];
  const config = { ...decoding, numReturnSequences: decoding.numBeams };
  const { sequences } = await engine.generate(
    { text, bos, config },
    (event) => event.kind === 'beams' && steps.push(event),
    signal,
  );
  signal?.throwIfAborted();
  const best = sequences.map(({ ids, text, score, finish }) => ({ ids, text, score, finish }));
  const lines = beamLines(steps, (ids) => tokenizer.decode(ids));
  return { kind: 'beams', text, origin, steps: steps.length, lines, best };
}

type Inspection = Awaited<ReturnType<FigureEngine['inspect']>>;

function lensFigure(seen: Inspection, { text }: FigureRequest, origin: Origin, tokenizer: Tokenizer): LensFigure {
  const layers = seen.lens.map(({ layer, top: [says], candidateLogprob, candidateRank }) => ({
    layer: layer + 1,
    says: { id: says.id, text: says.text, probability: Math.exp(says.logprob) },
    probability: Math.exp(candidateLogprob),
    rank: candidateRank,
  }));
  const candidate = { id: seen.candidate, text: tokenizer.tokenText(seen.candidate) };
  return { kind: 'lens', text, origin, candidate, layers };
}

/** @throws PictureError when the model has no such layer or head */
function attentionFigure(
  seen: Inspection,
  request: FigureRequest,
  origin: Origin,
  tokenizer: Tokenizer,
): AttentionFigure {
  const { text, layer, head } = request;
  if ((layer ?? 1) > seen.layers) {
    throw new PictureError(l10n.t('{0} must be at most {1} with this model.', 'layer', seen.layers));
  }
  if ((head ?? 1) > seen.heads) {
    throw new PictureError(l10n.t('{0} must be at most {1} with this model.', 'head', seen.heads));
  }
  // The model sees only the end of a long text.
  const bytes = idsOf(request, tokenizer).map((id) => tokenizer.tokenBytes(id));
  const glyphs = glyphsOf(bytes).slice(-seen.tokens);
  const weights = [...attentionWeights(seen, layer === null ? null : layer - 1, head === null ? null : head - 1)];
  const tokens = glyphs.map((text, i) => ({ text, weight: weights[i] }));
  const token = strongest(weights);
  const heads = { token, weights: headsLookingAt(seen, token) };
  return { kind: 'attention', text, origin, layer, head, tokens, heads };
}

/** Turns off Hugging Face's default of top-k 50: a picture shows the whole distribution. */
const UNTOUCHED: GenerationConfig = { topK: 0 };

interface Distribution {
  readonly text: string;
  readonly origin: Origin;
  /** Raw logits of the model, `[vocabSize]`. */
  readonly logits: Float32Array;
  readonly config: GenerationConfig;
  /** The preceding tokens; penalties depend on them. */
  readonly context: readonly number[];
  readonly tokenizer: Pick<Tokenizer, 'tokenText' | 'has' | 'size' | 'gaps'>;
}

/** The `count` most probable tokens after all stages, without those that were filtered out. */
function nextFigure(given: Distribution & { readonly count: number }): NextFigure {
  const { text, origin, logits, config, context, tokenizer, count } = given;
  const last = reshape(logits, { ...UNTOUCHED, ...config }, context).at(-1) ?? { scores: logits };
  const raw = logSoftmax(logits);
  let cumulative = 0;
  const candidates = topTokens(last.scores, count, tokenizer)
    .filter(({ logprob }) => logprob > -Infinity)
    .map(({ id, logprob }) => {
      const probability = Math.exp(logprob);
      cumulative += probability;
      return { id, text: tokenizer.tokenText(id), logit: logits[id], probability, cumulative, raw: Math.exp(raw[id]) };
    });
  return { kind: 'next', text, origin, candidates, entropyBits: entropy(last.scores) / Math.LN2 };
}

/** Name of a stage in figures: options in the command line's spelling, others unchanged. */
export function spelledStage(name: string): string {
  return (Object.hasOwn(OPTIONS, name) && spelledName(name as OptionName)) || name;
}

/** The distribution after each stage of decoding. */
function stagesFigure({ text, origin, logits, config, context, tokenizer }: Distribution): StagesFigure {
  const stages = reshape(logits, { ...UNTOUCHED, ...config }, context).map(({ name, scores, survivors, massCut }) => {
    const [{ id, logprob }] = topTokens(scores, 1, tokenizer);
    const favourite = { id, text: tokenizer.tokenText(id), probability: Math.exp(logprob) };
    return { name: spelledStage(name), survivors, massCut, entropyBits: entropy(scores) / Math.LN2, favourite };
  });
  return { kind: 'stages', text, origin, stages };
}

/** The tree of a search at its end, line by line. */
export function beamLines(
  steps: readonly Pick<BeamStep, 'nodes' | 'displaced'>[],
  textOf: (ids: readonly number[]) => string,
): BeamLine[] {
  return linesOf(runsOf(treeAt(steps, steps.length - 1))).map(({ run: { branches, end }, level }) => {
    const ids = branches.map(({ node }) => node.id);
    const { score, group } = end.node;
    const lost = end.lost === null ? null : end.lost + 1;
    return { level, ids, text: textOf(ids), score, status: end.status, lost, group };
  });
}

/**
 * Groups tokens into units of one colour (words, and the punctuation around them) and computes the document's levels,
 * as the editor's heat map does.
 */
export function heatOf(
  text: string,
  tokens: readonly Pick<Scored, 'utf16' | 'logprob' | 'rank'>[],
): { units: HeatUnit[]; levels: Levels } {
  const units = scorePassages(text, wordSpans(text), tokens).map(({ text, utf16, logprob, tokens: [first, end] }) => {
    const ranks = tokens.slice(first, end).flatMap(({ rank }) => rank ?? []);
    const rank = logprob === null || ranks.length === 0 ? null : Math.max(...ranks);
    return { utf16, text, bits: logprob === null ? null : surprisal(logprob), rank };
  });
  return {
    units,
    levels: levelsFor(units.flatMap(({ text, bits }) => (bits === null || !isWord(text) ? [] : [bits]))),
  };
}

function strongest(weights: readonly number[]): number {
  return weights.indexOf(Math.max(...weights));
}

function tokenOf(tokenizer: Tokenizer, text: string): number {
  const ids = tokenizer.encode(text);
  if (ids.length === 1) return ids[0];
  throw new PictureError(l10n.t('{0} must be one token, and “{1}” is {2}.', 'candidate', text, ids.length));
}

function asFigureToken(token: Token & Partial<Scored>): FigureToken {
  const { id, text, display, bytes, utf16, logprob = null, rank = null } = token;
  return { id, text, display, bytes, utf16, logprob, rank };
}
