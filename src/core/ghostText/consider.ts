import type { CompleteRequest } from '../completion/types';
import { type Construct, typographyOf } from '../markdown';
import { thresholdFor } from './gate';
import type { GhostTextSettings } from './settings';
import { type SuggestionContext, type Suppression, suppression } from './suppression';

/** How many suggestions to choose from when they are asked for by key or command. */
const ALTERNATIVES = 5;

/** What the model is to read before the cursor, and in Markdown the construct there. */
export interface TextReading {
  readonly request: Pick<CompleteRequest, 'prefix' | 'manner'>;
  readonly construct?: Construct;
}

/** Reads a text that is not Markdown. */
export function readPlainText(before: string): TextReading {
  return { request: { prefix: before, manner: typographyOf(before) } };
}

/** A place in a document where there may be a suggestion. */
export interface Place {
  readonly context: Omit<SuggestionContext, 'construct'>;
  readonly reading: TextReading;
  readonly settings: GhostTextSettings;
  /** How far the gate has moved from its calibrated place, in nats; 0 unless told. */
  readonly learnt?: number;
  /** A suggestion is no longer than this while energy is saved, unless it was asked for. */
  readonly energySavingTokens?: number;
}

/** What to do at a place. */
export interface Consideration {
  /** Why there should be no suggestion; null where there may be one. */
  readonly suppressed: Suppression | null;
  /** What the model is to be asked there. */
  readonly request: CompleteRequest;
}

/** Decides whether there may be a suggestion, and what to ask the model for it: the same in the editor and the terminal. */
export function consider({ context, reading, settings, learnt = 0, energySavingTokens }: Place): Consideration {
  const { construct, request } = reading;
  const asked = context.trigger === 'invoke';
  const selected = context.selectedItem?.text ?? '';
  return {
    suppressed: suppression({ ...context, construct: construct && !construct.prose ? construct.name : null }),
    request: {
      prefix: request.prefix + selected,
      manner: request.manner,
      suffix: context.lineAfter,
      maxTokens: asked ? settings.maxTokens : Math.min(settings.maxTokens, energySavingTokens ?? Infinity),
      // Who asks gets an answer, however unsure.
      minLogprob: asked ? -Infinity : thresholdFor(settings.triggerRate) + learnt,
      minTokenLogprob: Math.log(settings.minWordConfidence),
      blockedWords: settings.blockedWords,
      alternatives: asked ? ALTERNATIVES : 1,
    },
  };
}
