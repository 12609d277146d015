import { beamLines, spelledStage } from '../../pictures/ask';
import { attentionWeights, headsLookingAt } from '../../pictures/attention';
import { drawCommand } from '../../pictures/command';
import type { Figure, FigureKind, Origin } from '../../pictures/figure';
import { distributionOf } from './distribution';
import { neutral, type ShownStage, stagesOf } from './stages';
import type { Model, State } from './state';
import { nodeOf, shownTokens } from './state';

/** The views of the panel that can be exported. */
export type PanelFigureKind = Exclude<FigureKind, 'surprisal'>;

type Settings = Record<string, string | number | boolean>;

/**
 * Command-line names of the panel's settings. Top-k has another one, as `--top-k` there is the number of tokens shown.
 */
const SHAPING_NAMES = {
  repetitionPenalty: 'repetition-penalty',
  temperature: 'temperature',
  topK: 'keep-top-k',
  topP: 'top-p',
  minP: 'min-p',
  typicalP: 'typical-p',
} as const;

/** Whether a view has content: the model was asked and has answered. */
export function hasFigure(kind: PanelFigureKind, state: State): boolean {
  if (!state.position || !state.model || !nodeOf(state)) return false;
  switch (kind) {
    case 'beams':
      return state.beams !== null;
    case 'attention':
    case 'lens':
      return state.why !== null;
    case 'words':
      return state.words !== null;
    default:
      return true;
  }
}

/**
 * A view of the panel as data; `undefined` while the model's answer is missing. The text is what the model reads,
 * including the current branch.
 */
export function figureOf(kind: PanelFigureKind, state: State): Figure | undefined {
  const { position, model, preferences, at, why, words, beams, draws } = state;
  const { shaping, memory } = preferences;
  const node = nodeOf(state);
  if (!position || !model || !node) return undefined;
  const text = position.text + model.vocabulary.texts(at).join('');
  const originOf = (own: Settings, more: Pick<Origin, 'seed' | 'withTexts'> = {}): Origin => {
    const settings = position.start === null ? own : { ...own, bos: true };
    const { name, precision, path } = model;
    const command = drawCommand(kind, text, settings, { path, precision });
    return {
      model: { name, precision },
      settings,
      ...more,
      command,
    };
  };
  const ofTexts = ({ name }: ShownStage): Pick<Origin, 'withTexts'> => {
    const isMixed = node.recalled && (memory ? name !== 'raw' : name === 'texts' || name === 'mixed');
    return isMixed ? { withTexts: true } : {};
  };
  const textOf = (id: number) => model.vocabulary.text(id);
  const remembered = node.recalled && { recalled: node.recalled, mixedIn: memory };
  switch (kind) {
    case 'tokens': {
      const colour = preferences.colour === 'attention' ? 'boundary' : preferences.colour;
      const tokens = shownTokens(state).map(({ top: _, ...token }) => token);
      return { kind, text, colour, tokens, origin: originOf({ colour }) };
    }
    case 'next': {
      const stages = stagesOf(node.logits, node.context, shaping, remembered);
      const shown = stages.find(({ name }) => name === preferences.stage) ?? stages[stages.length - 1];
      const { rows, entropyBits } = distributionOf(shown, node.logits, preferences.bars, model.vocabulary);
      const candidates = rows.map(({ id, ...row }) => ({ id, text: textOf(id), ...row }));
      const settings = { 'top-k': preferences.bars, ...shapingUpTo(state, stages, shown) };
      const origin = originOf(settings, { ...ofTexts(shown), ...(draws && { seed: draws.seed }) });
      return { kind, text, candidates, entropyBits, origin };
    }
    case 'stages': {
      const stages = stagesOf(node.logits, node.context, shaping, remembered);
      const last = stages[stages.length - 1];
      const { 'keep-top-k': topK, ...others } = shapingUpTo(state, stages, last);
      return {
        kind,
        text,
        origin: originOf({ ...(topK !== undefined && { 'top-k': topK }), ...others }, ofTexts(last)),
        stages: stages
          .filter(({ active }) => active)
          .map((stage) => {
            const { rows, entropyBits } = distributionOf(stage, node.logits, 1, model.vocabulary);
            const favourite = { id: rows[0].id, text: textOf(rows[0].id), probability: rows[0].probability };
            return {
              name: spelledStage(stage.name),
              survivors: stage.survivors,
              massCut: stage.massCut,
              entropyBits,
              favourite,
            };
          }),
      };
    }
    case 'beams': {
      if (!beams) return undefined;
      const { beams: count, groups, diversity, tokens, lengthPenalty } = beams.search;
      const settings = {
        'num-beams': count,
        ...(groups > 1 && { 'num-beam-groups': groups, 'diversity-penalty': diversity }),
        'max-new-tokens': tokens,
        ...(lengthPenalty !== 1 && { 'length-penalty': lengthPenalty }),
      };
      const spelled = (ids: readonly number[]) => model.vocabulary.texts(ids).join('');
      return {
        kind,
        text,
        origin: originOf(settings),
        steps: beams.steps.length,
        lines: beamLines(beams.steps, spelled),
        best: beams.best.map((found) => ({ ...found, text: spelled(found.ids) })),
      };
    }
    case 'attention': {
      if (!why) return undefined;
      const { layer, head } = preferences;
      const weights = [...attentionWeights(why, layer, head)];
      const settings = { ...(layer !== null && { layer: layer + 1 }), ...(head !== null && { head: head + 1 }) };
      const token = weights.indexOf(Math.max(...weights));
      return {
        kind,
        text,
        origin: originOf(settings),
        layer: layer === null ? null : layer + 1,
        head: head === null ? null : head + 1,
        tokens: seenTexts(state, why.tokens, model).map((seen, i) => ({ text: seen, weight: weights[i] })),
        heads: { token, weights: headsLookingAt(why, token) },
      };
    }
    case 'lens': {
      if (!why) return undefined;
      const candidate = { id: why.candidate, text: textOf(why.candidate) };
      return {
        kind,
        text,
        origin: originOf({ candidate: candidate.text }),
        candidate,
        layers: why.lens.map(({ layer, top: [says], candidateLogprob, candidateRank }) => ({
          layer: layer + 1,
          says: { id: says.id, text: says.text, probability: Math.exp(says.logprob) },
          probability: Math.exp(candidateLogprob),
          rank: candidateRank,
        })),
      };
    }
    case 'words':
      return words
        ? { kind, text, words: words.words, covered: words.covered, origin: originOf({ count: words.words.length }) }
        : undefined;
  }
}

/** The settings that take effect up to and including a stage. */
function shapingUpTo({ preferences: { shaping } }: State, stages: readonly ShownStage[], shown: ShownStage): Settings {
  const acting = stages.slice(0, stages.indexOf(shown) + 1).map(({ name }) => name);
  const settings: Settings = {};
  for (const [name, spelled] of Object.entries(SHAPING_NAMES)) {
    const key = name as keyof typeof SHAPING_NAMES;
    const stage = key === 'repetitionPenalty' ? 'penalties' : key;
    if (acting.includes(stage) && shaping[key] !== neutral[key]) settings[spelled] = shaping[key];
  }
  return settings;
}

/** The texts of the last `count` tokens that the model saw; a start token may be the first of them. */
function seenTexts(state: State, count: number, model: Model): string[] {
  const ids = shownTokens(state).map(({ id }) => id);
  const { start } = state.position ?? { start: null };
  return model.vocabulary.glyphs([...(start === null ? [] : [start]), ...ids]).slice(-count);
}
