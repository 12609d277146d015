import * as vscode from 'vscode';
import { WORD_OR_PUNCTUATION } from '../../core/analysis';
import type { Engine } from '../../engine/api';
import { asOrigin, heatOf, modelArguments } from '../../pictures/ask';
import { drawCommand } from '../../pictures/command';
import type { SurprisalFigure } from '../../pictures/figure';
import { offsetAt } from '../documentText';
import type { Energy } from '../energySaving/energy';
import type { EngineHost } from '../engineHost';
import { readSettings } from '../settings';
import { writersEditor } from '../writersEditor';
import { DocumentHeat } from './documentHeat';
import { heatHover } from './hover';
import { Legend } from './legend';
import { Paint } from './paint';
import type { SentenceHeat } from './sentences';
import { SentenceView } from './sentenceView';

/** An engine that scores, and reports when it starts, perhaps with another model. */
type ScoringEngine = Pick<Engine, 'info' | 'tokenizer' | 'score'> & Pick<EngineHost, 'onDidChangeHealth'>;

/** Registers `Inkling: Toggle Surprisal Heat Map` and its views. */
export function registerHeatMap(engine: ScoringEngine, energy: Energy): vscode.Disposable & Pick<HeatMap, 'figure'> {
  const heatMap = new HeatMap(engine, energy);
  const registrations = vscode.Disposable.from(
    heatMap,
    vscode.commands.registerCommand('inkling.toggleSurprisalHeatMap', () => heatMap.toggle()),
    vscode.commands.registerCommand('inkling.showSentence', (sentence?: SentenceHeat) => {
      return sentence && heatMap.reveal(sentence);
    }),
    vscode.languages.registerHoverProvider({ pattern: '**' }, heatMap),
  );
  return { figure: () => heatMap.figure(), dispose: () => registrations.dispose() };
}

/** The documents with a heat map, and where it is shown. */
class HeatMap implements vscode.HoverProvider, vscode.Disposable {
  readonly #engine: ScoringEngine;
  readonly #energy: Energy;
  readonly #documents = new Map<vscode.TextDocument, DocumentHeat>();
  readonly #legend = new Legend();
  readonly #sentences = new SentenceView();
  #settings = settings();
  #paint = new Paint(this.#settings.style);
  #listed: { readonly heat?: DocumentHeat; readonly progress: number } = { progress: 0 };
  readonly #subscriptions: vscode.Disposable;

  constructor(engine: ScoringEngine, energy: Energy) {
    this.#engine = engine;
    this.#energy = energy;
    this.#subscriptions = vscode.Disposable.from(
      engine.onDidChangeHealth(({ state }) => {
        if (state === 'ready') for (const heat of this.#documents.values()) heat.rescore(0);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#documents.get(document)?.rescore();
      }),
      // VS Code reports a document whose language changes as closed and opened.
      vscode.workspace.onDidCloseTextDocument((document) => document.isClosed && this.#remove(document)),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        this.#documents.get(textEditor.document)?.scrolled();
        this.#show(textEditor);
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#refresh()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('inkling.heatMap')) this.#restyle();
      }),
    );
  }

  /** Turns the active document's heat map on or off. */
  toggle(): void {
    const document = writersEditor()?.document;
    if (!document) return;
    if (this.#documents.has(document)) this.#remove(document);
    else {
      const heat = new DocumentHeat(document, this.#engine, this.#energy);
      this.#documents.set(document, heat);
      heat.onDidChange(() => this.#refresh());
    }
    this.#refresh();
  }

  /** The active document as a figure, as far as it is scored; `undefined` where the heat map is off. */
  async figure(): Promise<SurprisalFigure | undefined> {
    const active = writersEditor();
    const heat = active && this.#documents.get(active.document);
    if (!heat?.isCurrent) return undefined;
    const { text } = heat.scores;
    const info = await this.#engine.info();
    const path = readSettings(vscode.workspace.getConfiguration('inkling')).model.path;
    return {
      kind: 'surprisal',
      text,
      origin: {
        model: asOrigin(info),
        settings: {},
        command: drawCommand('surprisal', text, {}, modelArguments(info, path)),
      },
      units: heatOf(text, heat.scores.tokensIn(0, text.length)).units,
      levels: heat.levels,
    };
  }

  reveal(sentence: SentenceHeat): Promise<void> {
    return this.#sentences.reveal(sentence);
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const heat = this.#documents.get(document);
    const word = document.getWordRangeAtPosition(position, WORD_OR_PUNCTUATION);
    if (!heat?.isCurrent || !word) return undefined;
    const tokens = heat.scores.tokensIn(offsetAt(document, word.start), offsetAt(document, word.end));
    return heatHover(document, word, tokens, heat.scores.modelName);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const heat of this.#documents.values()) heat.dispose();
    vscode.Disposable.from(this.#legend, this.#sentences, this.#paint).dispose();
  }

  #remove(document: vscode.TextDocument): void {
    this.#documents.get(document)?.dispose();
    this.#documents.delete(document);
    for (const editor of vscode.window.visibleTextEditors) if (editor.document === document) this.#paint.clear(editor);
  }

  #refresh(): void {
    for (const editor of vscode.window.visibleTextEditors) this.#show(editor);
    const active = writersEditor();
    const heat = active && this.#documents.get(active.document);
    if (heat) this.#legend.show(heat);
    else if (active && this.#documents.size > 0) this.#legend.showOff();
    else this.#legend.hide();
    this.#list(heat);
  }

  /** In a long document the list is updated after every tenth of it, not after every block. */
  #list(heat: DocumentHeat | undefined): void {
    const progress = heat?.scores.progress ?? 0;
    const { heat: listed, progress: before } = this.#listed;
    if (heat === listed && progress < 1 && Math.abs(progress - before) < 0.1) return;
    this.#listed = { heat, progress };
    this.#sentences.show(heat);
    if (heat !== listed) void vscode.commands.executeCommand('setContext', 'inkling.heatMap', heat !== undefined);
  }

  #show(editor: vscode.TextEditor): void {
    const heat = this.#documents.get(editor.document);
    if (heat?.isCurrent) this.#paint.show(editor, heat, this.#settings.unit);
  }

  #restyle(): void {
    this.#settings = settings();
    this.#paint.dispose();
    this.#paint = new Paint(this.#settings.style);
    this.#refresh();
  }
}

function settings() {
  return readSettings(vscode.workspace.getConfiguration('inkling')).heatMap;
}
