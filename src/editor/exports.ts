import * as vscode from 'vscode';
import { toSvg } from '../pictures/draw';
import type { FigureKind, SurprisalFigure } from '../pictures/figure';
import { type TextFormat, write } from '../pictures/write';
import { notify } from './messages';

export type ExportFormat = TextFormat | 'png';

interface WantedExport {
  readonly kind: Exclude<FigureKind, 'surprisal'>;
  readonly format: ExportFormat;
  readonly action: 'copy' | 'save';
}

/** A picture or its numbers, to copy or save. */
export interface Deliverable {
  readonly kind: FigureKind;
  readonly format: ExportFormat;
  readonly action: 'copy' | 'save';
  /** Base64 for a PNG, plain text otherwise; empty where it could not be made. */
  readonly content: string;
}

/** The part of the panel that exports need: its page has a canvas, and the current data. */
interface ExportingPanel {
  export(wanted: WantedExport): Promise<void>;
  rasterise(svg: string, copy: boolean): Promise<string>;
}

interface HeatedDocument {
  figure(): Promise<SurprisalFigure | undefined>;
}

const EXTENSIONS: Record<ExportFormat, string> = {
  svg: 'svg',
  png: 'png',
  html: 'html',
  markdown: 'md',
  csv: 'csv',
  json: 'json',
};

const FORMAT_NAMES: Record<ExportFormat, string> = {
  svg: 'SVG',
  png: 'PNG',
  html: 'HTML',
  markdown: 'Markdown',
  csv: 'CSV',
  json: 'JSON',
};

/** Registers the commands that copy and save views of the panel and the heat map. */
export function registerExports(panel: ExportingPanel, heatMap: HeatedDocument): vscode.Disposable {
  const commands: Record<string, [formats: readonly ExportFormat[], action: 'copy' | 'save']> = {
    'inkling.copyPicture': [['svg', 'png'], 'copy'],
    'inkling.copyTable': [['markdown'], 'copy'],
    'inkling.copyData': [['csv', 'json'], 'copy'],
    'inkling.savePicture': [['png', 'svg'], 'save'],
    'inkling.savePage': [['html'], 'save'],
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, [formats, action]]) =>
      vscode.commands.registerCommand(id, () => exportView(panel, heatMap, formats, action)),
    ),
  );
}

/**
 * Copies or saves a picture, and confirms it.
 * @returns where it was saved
 */
export async function deliver({ kind, format, action, content }: Deliverable): Promise<vscode.Uri | undefined> {
  if (content === '') {
    void notify.warning(
      action === 'copy'
        ? vscode.l10n.t('The picture could not be copied. Save it as PNG, or copy it as SVG.')
        : vscode.l10n.t('The picture could not be made. Save it as SVG or HTML instead.'),
    );
    return undefined;
  }
  if (action === 'copy') {
    // The page itself copies bitmaps to the clipboard.
    if (format !== 'png') await vscode.env.clipboard.writeText(content);
    notify.passing(vscode.l10n.t('Inkling: Copied to the clipboard.'));
    return undefined;
  }
  const name = `inkling-${kind}.${EXTENSIONS[format]}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [format.toUpperCase()]: [EXTENSIONS[format]] },
    title: vscode.l10n.t('Save the picture'),
  });
  if (!target) return undefined;
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === 'png' ? 'base64' : 'utf8'));
  } catch (error) {
    void notify.error(vscode.l10n.t('{0} cannot be written: {1}', target.fsPath, (error as Error).message));
    return undefined;
  }
  notify.passing(vscode.l10n.t('Inkling: Saved {0}.', vscode.workspace.asRelativePath(target)));
  return target;
}

/** Prompts for a view and one of the formats. */
async function exportView(
  panel: ExportingPanel,
  heatMap: HeatedDocument,
  formats: readonly ExportFormat[],
  action: 'copy' | 'save',
): Promise<void> {
  const heated = await heatMap.figure();
  const view = await pickView(heated !== undefined, action);
  const format = view && (formats.length === 1 ? formats[0] : await pickFormat(formats));
  if (!format) return;
  if (view !== 'surprisal') {
    await panel.export({ kind: view, format, action });
  } else if (heated) {
    await deliver({ kind: view, format, action, content: await contentOf(panel, heated, format, action) });
  }
}

async function contentOf(
  panel: ExportingPanel,
  figure: SurprisalFigure,
  format: ExportFormat,
  action: 'copy' | 'save',
): Promise<string> {
  if (format !== 'png') return write(figure, format);
  return panel.rasterise(toSvg(figure, { theme: isDark() ? 'dark' : 'light' }), action === 'copy');
}

async function pickFormat(formats: readonly ExportFormat[]): Promise<ExportFormat | undefined> {
  const rows = formats.map((format) => ({ label: FORMAT_NAMES[format], format }));
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder: vscode.l10n.t('In which format?') });
  return chosen?.format;
}

async function pickView(withHeatMap: boolean, action: 'copy' | 'save'): Promise<FigureKind | undefined> {
  const names: Record<FigureKind, string> = {
    surprisal: vscode.l10n.t('Surprisal heat map'),
    tokens: vscode.l10n.t('Tokens'),
    next: vscode.l10n.t('Next tokens'),
    stages: vscode.l10n.t('Stages'),
    beams: vscode.l10n.t('Beam search'),
    attention: vscode.l10n.t('Attention'),
    lens: vscode.l10n.t('Logit lens'),
    words: vscode.l10n.t('Next words'),
  };
  const kinds = (Object.keys(names) as FigureKind[]).filter((kind) => kind !== 'surprisal' || withHeatMap);
  const rows = kinds.map((kind) => ({ label: names[kind], view: kind }));
  const placeHolder =
    action === 'copy' ? vscode.l10n.t('Which view is to be copied?') : vscode.l10n.t('Which view is to be saved?');
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder });
  return chosen?.view;
}

function isDark(): boolean {
  const { kind } = vscode.window.activeColorTheme;
  return kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
}
