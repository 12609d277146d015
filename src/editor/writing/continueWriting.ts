import * as vscode from 'vscode';
import type { GenerationConfig } from '../../core/decoding/options';
import { plural, whole } from '../../core/text/locale';
import { lastSentenceEnd } from '../../core/text/sentences';
import type { Engine, Generation, GenerationEvent } from '../../engine/api';
import { settingsFor } from '../configuration';
import type { DocumentChanges } from '../documentChanges';
import { isReadOnly, reopened, textBefore } from '../documentText';
import { notify, withProgress } from '../messages';
import { describeConfig, presets, withSettings } from './presets';
import { StreamedEdit } from './streamedEdit';

const RUNNING = 'inkling.writing';

/** `Inkling: Continue Writing`: streams a continuation into the document at the cursor. */
export class ContinueWriting {
  readonly #engine: Pick<Engine, 'generate'>;
  readonly #changes: DocumentChanges;
  readonly #log: vscode.LogOutputChannel;
  #running: AbortController | undefined;
  /** Resolves when the last continuation is complete or given up. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(engine: Pick<Engine, 'generate'>, changes: DocumentChanges, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#changes = changes;
    this.#log = log;
  }

  /** Stops the running continuation; text already in the document stays. */
  stop(): void {
    this.#running?.abort();
  }

  /**
   * Writes at the cursor until the maximum length, the end of the text, Escape, an edit by the writer or a switch to
   * another tab. If it reaches the maximum length, it is cut to its last complete sentence, if there is one. Length,
   * temperature and seed come from the settings where set. Afterwards asks whether to keep the text, without waiting
   * for the answer. A running continuation is stopped first, as its last edits would count as the writer's.
   */
  run(editor: vscode.TextEditor, preset: GenerationConfig): Promise<Generation | undefined> {
    this.stop();
    const stopped = new AbortController();
    this.#running = stopped;
    const run = this.#written
      .then(() => (stopped.signal.aborted ? undefined : this.#run(editor, preset, stopped.signal)))
      .finally(() => this.#ended(stopped));
    this.#written = run.catch(() => {});
    return run;
  }

  async #ended(run: AbortController): Promise<void> {
    if (this.#running !== run) return;
    this.#running = undefined;
    await vscode.commands.executeCommand('setContext', RUNNING, false);
  }

  async #run(
    editor: vscode.TextEditor,
    preset: GenerationConfig,
    stopped: AbortSignal,
  ): Promise<Generation | undefined> {
    if (isReadOnly(editor.document)) {
      void notify.warning(readOnly());
      return undefined;
    }
    const config = withSettings(preset, settingsFor(editor.document).continueWriting);
    this.#log.info(`Continue Writing: ${describeConfig(config)}`);
    const position = editor.selection.active;
    const edit = new StreamedEdit(editor, position, this.#changes);
    await vscode.commands.executeCommand('setContext', RUNNING, true);
    try {
      if (!(await edit.takesText())) {
        void notify.warning(readOnly());
        return undefined;
      }
      const generation = await withProgress(
        vscode.l10n.t('Inkling is writing (Escape stops it)'),
        (report, cancelled) => {
          const signal = AbortSignal.any([stopped, edit.interrupted, cancelled]);
          return this.#write(editor, position, edit, config, signal, report);
        },
      );
      if (edit.refused) {
        void notify.warning(readOnly());
        return undefined;
      }
      // Lines may have been inserted before it meanwhile.
      const start = edit.written?.start ?? position;
      const whole = await endWithSentence(edit, textBefore(editor.document, start), generation);
      this.#offer(editor, start, edit, preset);
      return whole;
    } finally {
      edit.dispose();
    }
  }

  async #write(
    editor: vscode.TextEditor,
    position: vscode.Position,
    edit: StreamedEdit,
    config: GenerationConfig,
    signal: AbortSignal,
    report: (part: { readonly increment: number; readonly message: string }) => void,
  ): Promise<Generation> {
    const text = textBefore(editor.document, position);
    let tokens = 0;
    const onEvent = (event: GenerationEvent) => {
      if (event.kind === 'beams' || signal.aborted) return;
      tokens++;
      edit.push(event.text);
      report({
        increment: 100 / (config.maxNewTokens ?? 1),
        message: vscode.l10n.t('{0} of {1} tokens', tokens, config.maxNewTokens ?? 0),
      });
    };
    try {
      return await this.#engine.generate({ text, config, healSpace: true, wholeCharacters: true }, onEvent, signal);
    } finally {
      await edit.finished();
    }
  }

  /** Asks what to do with the text. */
  #offer(editor: vscode.TextEditor, position: vscode.Position, edit: StreamedEdit, preset: GenerationConfig): void {
    const { written } = edit;
    if (written === undefined || written.isEmpty) return;
    const text = editor.document.getText(written);
    const [keep, retry, discard] = [vscode.l10n.t('Keep'), vscode.l10n.t('Retry'), vscode.l10n.t('Discard')];
    const decide = async (chosen: string | undefined) => {
      if (chosen !== retry && chosen !== discard) return;
      // The writer may have switched tabs, and VS Code edits only visible documents.
      const document = await reopened(editor.document);
      if (document?.getText(written) !== text) {
        await notify.warning(vscode.l10n.t('The text was changed since; undo takes it back.'));
        return;
      }
      const target = await vscode.window.showTextDocument(document, editor.viewColumn);
      const done = await target.edit((change) => change.delete(written));
      if (!done || chosen === discard) return;
      target.selection = new vscode.Selection(position, position);
      await this.run(target, preset);
    };
    void notify.information(wroteText(text, position.line + 1), keep, retry, discard).then(decide);
  }
}

function readOnly(): string {
  return vscode.l10n.t('This document is read-only.');
}

function wroteText(text: string, line: number): string {
  const count = text.split(/\s+/).filter(Boolean).length;
  return plural(
    count,
    vscode.l10n.t('Wrote {0} word at line {1}.', whole(count), whole(line)),
    vscode.l10n.t('Wrote {0} words at line {1}.', whole(count), whole(line)),
  );
}

/** Removes the incomplete last sentence of a continuation that was cut off by its length. */
async function endWithSentence(edit: StreamedEdit, before: string, generation: Generation): Promise<Generation> {
  if (generation.finish !== 'length' || edit.interrupted.aborted) return generation;
  const end = lastSentenceEnd(before, generation.text);
  if (end === 0 || end === generation.text.length) return generation;
  const rest = generation.text.slice(end);
  await edit.takeBack(rest.length + (edit.usesCrLf ? rest.split('\n').length - 1 : 0));
  return { ...generation, text: generation.text.slice(0, end) };
}

/** Prompts for a preset; undefined when cancelled. */
export async function pickPreset(): Promise<GenerationConfig | undefined> {
  const items = presets().map(({ name, description, config }) => ({
    label: name,
    description: describeConfig(config),
    detail: description,
    config,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Continue Writing'),
    placeHolder: vscode.l10n.t('How daring should it be?'),
  });
  return picked?.config;
}
