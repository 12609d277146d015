import * as vscode from 'vscode';
import { meanLogprob } from '../../core/analysis/likelihood';
import { randomSeed } from '../../core/decoding/random';
import type { Engine } from '../../engine/api';
import { settingsFor } from '../configuration';
import { reopened, textBefore } from '../documentText';
import { notify, withProgress } from '../messages';
import type { Reports } from '../reports/reports';
import { type Contestant, comparisonReport, configOf, contestantPart, partId, strategies } from './comparison';

interface Comparison {
  readonly editor: vscode.TextEditor;
  readonly position: vscode.Position;
  readonly prompt: string;
  readonly contestants: Contestant[];
}

/** `Inkling: Compare Strategies`: continues a text with each strategy in turn, in a report with figures and buttons. */
export class CompareStrategies implements vscode.Disposable {
  readonly #engine: Pick<Engine, 'generate'>;
  readonly #reports: Reports;
  readonly #log: vscode.LogOutputChannel;
  #comparison: Comparison | undefined;
  #running: AbortController | undefined;

  constructor(engine: Pick<Engine, 'generate'>, reports: Reports, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#reports = reports;
    this.#log = log;
  }

  /** Compares continuations at the cursor; resolves when all are written. A newer comparison aborts this one. */
  async run(editor: vscode.TextEditor): Promise<void> {
    this.#running?.abort();
    const { maxTokens: maxNewTokens, seed: chosen } = settingsFor(editor.document).continueWriting;
    const seed = chosen ?? randomSeed();
    this.#log.info(`Compare Strategies: max_new_tokens ${maxNewTokens}, seed ${seed}`);
    const stopped = new AbortController();
    this.#running = stopped;
    const position = editor.selection.active;
    const prompt = textBefore(editor.document, position);
    const contestants = strategies().map((strategy): Contestant => ({ strategy, text: '', ids: [] }));
    const comparison = { editor, position, prompt, contestants };
    this.#comparison = comparison;
    this.#reports.show(title(), reportOf(comparison));
    await withProgress(vscode.l10n.t('Inkling compares strategies'), async (report, cancelled) => {
      const signal = AbortSignal.any([stopped.signal, cancelled]);
      for (const [i, { strategy }] of contestants.entries()) {
        if (signal.aborted) return;
        report({ increment: 100 / contestants.length, message: strategy.name });
        await this.#compete(comparison, i, { maxNewTokens, seed }, signal);
      }
    });
  }

  /** Inserts a continuation where the comparison began. */
  async insert(index: number): Promise<void> {
    if (!this.#comparison) return;
    const { editor, position, prompt, contestants } = this.#comparison;
    const document = await reopened(editor.document);
    if (!document || textBefore(document, position) !== prompt) {
      await notify.warning(vscode.l10n.t('The text was changed since; compare again.'));
      return;
    }
    const target = await vscode.window.showTextDocument(document, editor.viewColumn);
    const { version } = document;
    const done = await target.edit((edit) => edit.insert(position, contestants[index].text));
    // A read-only editor reports success.
    if (done && document.version === version) await notify.warning(vscode.l10n.t('This document is read-only.'));
  }

  dispose(): void {
    this.#running?.abort();
  }

  async #compete(
    comparison: Comparison,
    index: number,
    { maxNewTokens, seed }: { readonly maxNewTokens: number; readonly seed: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { contestants, prompt } = comparison;
    const { strategy } = contestants[index];
    const config = configOf(strategy, maxNewTokens, seed);
    const update = (change: Partial<Contestant>) => {
      contestants[index] = { ...contestants[index], ...change };
      if (this.#comparison !== comparison) return;
      this.#reports.update(title(), partId(index), contestantPart(contestants[index]), reportOf(comparison));
    };
    const started = performance.now();
    try {
      const { text, ids, logprobs, finish } = await this.#engine.generate(
        { text: prompt, config, healSpace: true, wholeCharacters: true },
        (event) => {
          if (event.kind === 'beams') return;
          const { text, ids } = contestants[index];
          update({ text: text + event.text, ids: [...ids, event.id] });
        },
        signal,
      );
      if (finish === 'cancelled') return update({ error: vscode.l10n.t('Stopped.') });
      const seconds = (performance.now() - started) / 1000;
      update({ text, ids, result: { meanLogprob: meanLogprob(logprobs), seconds } });
    } catch (error) {
      update({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function title(): string {
  return vscode.l10n.t('Compare Strategies');
}

function reportOf({ prompt, contestants }: Comparison): string {
  return comparisonReport(prompt, contestants);
}
