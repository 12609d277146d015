import * as vscode from 'vscode';
import type { GenerationConfig } from '../../core/decoding/options';
import type { Engine, Generation, GenerationEvent } from '../../engine/api';
import { settingsFor } from '../configuration';
import { textBefore } from '../documentText';
import type { Settings } from '../settings';
import { describeConfig, PRESETS, randomSeed } from './presets';
import { StreamedEdit } from './streamedEdit';

const RUNNING = 'inkling.writing';

/** `Inkling: Continue Writing`: streams a continuation into the document at the cursor. */
export class ContinueWriting {
  #running: AbortController | undefined;

  constructor(
    private readonly engine: Pick<Engine, 'generate'>,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Ends the continuation that is being written; what is in the document stays. */
  stop(): void {
    this.#running?.abort();
  }

  /**
   * Writes at the cursor until the length, the end of the text, Escape, or an edit by the writer. The length, the
   * temperature and the seed come from the settings where they are set.
   */
  async run(editor: vscode.TextEditor, preset: GenerationConfig): Promise<Generation> {
    this.stop();
    const config = withSettings(preset, settingsFor(editor.document).continueWriting);
    this.log.info(`Continue Writing: ${describeConfig(config)}`);
    const stopped = new AbortController();
    this.#running = stopped;
    const position = editor.selection.active;
    const edit = new StreamedEdit(editor, position);
    await vscode.commands.executeCommand('setContext', RUNNING, true);
    try {
      return await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: 'Inkling is writing (Escape stops it)',
          cancellable: true,
        },
        async (progress, token) => {
          const subscription = token.onCancellationRequested(() => stopped.abort());
          const signal = AbortSignal.any([stopped.signal, edit.interrupted]);
          try {
            return await this.#write(editor, position, edit, config, signal, progress);
          } finally {
            subscription.dispose();
          }
        },
      );
    } finally {
      edit.dispose();
      if (this.#running === stopped) {
        this.#running = undefined;
        await vscode.commands.executeCommand('setContext', RUNNING, false);
      }
    }
  }

  async #write(
    editor: vscode.TextEditor,
    position: vscode.Position,
    edit: StreamedEdit,
    config: GenerationConfig,
    signal: AbortSignal,
    progress: vscode.Progress<{ increment: number; message: string }>,
  ): Promise<Generation> {
    const text = textBefore(editor.document, position);
    let tokens = 0;
    const onEvent = (event: GenerationEvent) => {
      if (event.kind === 'beams' || signal.aborted) return;
      tokens++;
      edit.push(event.text);
      progress.report({
        increment: 100 / (config.maxNewTokens ?? 1),
        message: `${tokens} of ${config.maxNewTokens} tokens`,
      });
    };
    try {
      return await this.engine.generate({ text, config, healSpace: true }, onEvent, signal);
    } finally {
      await edit.finished();
    }
  }
}

/** Asks for a preset by name; undefined when the writer thinks better of it. */
export async function pickPreset(): Promise<GenerationConfig | undefined> {
  const items = PRESETS.map(({ name, description, config }) => ({
    label: name,
    description: describeConfig(config),
    detail: description,
    config,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Continue writing',
    placeHolder: 'How daring should it be?',
  });
  return picked?.config;
}

function withSettings(
  preset: GenerationConfig,
  { maxTokens, temperature, seed }: Settings['continueWriting'],
): GenerationConfig {
  return {
    ...preset,
    maxNewTokens: maxTokens,
    seed: seed ?? randomSeed(),
    ...(temperature !== null && { temperature }),
  };
}
