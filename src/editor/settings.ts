import type { WorkspaceConfiguration } from 'vscode';
import { type GhostTextSettings, ghostTextSettings } from '../core/ghostText/settings';
import type { Precision } from '../engine/api';
import { SETTINGS, withinSchema } from '../manifest';
import type { SaveEnergy } from './energySaving/energySaving';

/** `inkling.*`, typed and within bounds. The manifest is the one place that states defaults and bounds. */
export interface Settings {
  readonly enable: Readonly<Record<string, boolean>>;
  /** Glob patterns of files without ghost text. */
  readonly exclude: Readonly<Record<string, boolean>>;
  readonly ghostText: GhostTextSettings;
  readonly memory: MemorySettings;
  readonly continueWriting: {
    readonly maxTokens: number;
    readonly preset: string;
    readonly temperature: number | null;
    readonly seed: number | null;
  };
  readonly heatMap: { readonly style: 'tint' | 'underline'; readonly unit: 'token' | 'word' };
  readonly model: ModelSettings;
  /** `endpoint` is empty where the writer has not set it. */
  readonly hub: { readonly enabled: boolean; readonly endpoint: string };
  readonly engine: {
    readonly idleMinutes: number;
    readonly saveEnergy: SaveEnergy;
    /** Address of a model server; empty for the model on this machine. */
    readonly endpoint: string;
    /** Its model; the first one that it lists where that is empty. */
    readonly endpointModel: string;
    /** Text and key may go over plain http to another machine. */
    readonly allowPlainHttp: boolean;
  };
}

export interface MemorySettings {
  /** Whose texts the memory reads: none, the open document, or the whole workspace. */
  readonly sources: 'off' | 'document' | 'workspace';
  /** Glob patterns of files that are never read for the memory. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface ModelSettings {
  /** Folder of the model; empty for the one that comes with Inkling. */
  readonly path: string;
  readonly precision: Precision;
  readonly threads: number;
  /** Keep what was downloaded after installing a model. */
  readonly keepDownload: boolean;
  /** Offer GPT-2 on the first start. */
  readonly offer: boolean;
}

type Inspected = NonNullable<ReturnType<WorkspaceConfiguration['inspect']>>;

/** A scope of a setting and its value there. */
interface SettingPlace {
  readonly target: 'WorkspaceFolder' | 'Workspace' | 'Global';
  /** Under the language of the document. */
  readonly inLanguage: boolean;
  readonly value: unknown;
}

/** The place that decides: a value for the language comes before any other, and the user's comes last. */
export function decidingPlace(inspected: Partial<Inspected> = {}): SettingPlace {
  const places: SettingPlace[] = [
    { target: 'WorkspaceFolder', inLanguage: true, value: inspected.workspaceFolderLanguageValue },
    { target: 'Workspace', inLanguage: true, value: inspected.workspaceLanguageValue },
    { target: 'Global', inLanguage: true, value: inspected.globalLanguageValue },
    { target: 'WorkspaceFolder', inLanguage: false, value: inspected.workspaceFolderValue },
    { target: 'Workspace', inLanguage: false, value: inspected.workspaceValue },
  ];
  const decides = places.find(({ value }) => value !== undefined);
  return decides ?? { target: 'Global', inLanguage: false, value: inspected.globalValue };
}

/** Reads the section `inkling`; a value of the wrong type counts as not set, one out of bounds as the bound. */
export function readSettings(config: Pick<WorkspaceConfiguration, 'get'>): Settings {
  const read = <T>(key: string): T => withinSchema(config.get(key), SETTINGS[`inkling.${key}`]) as T;
  return {
    enable: read('enable'),
    exclude: read('exclude'),
    ghostText: ghostTextSettings(read),
    memory: { sources: read('memory.sources'), exclude: read('memory.exclude') },
    continueWriting: {
      maxTokens: read('continueWriting.maxTokens'),
      preset: read('continueWriting.preset'),
      temperature: read('continueWriting.temperature'),
      seed: read('continueWriting.seed'),
    },
    heatMap: { style: read('heatMap.style'), unit: read('heatMap.unit') },
    model: {
      path: read('model.path'),
      precision: read('model.precision'),
      threads: read('model.threads'),
      keepDownload: read('model.keepDownload'),
      offer: read('model.offer'),
    },
    hub: { enabled: read('hub.enabled'), endpoint: read('hub.endpoint') },
    engine: {
      idleMinutes: read('engine.idleMinutes'),
      saveEnergy: read('engine.saveEnergy'),
      endpoint: read('engine.endpoint'),
      endpointModel: read('engine.endpointModel'),
      allowPlainHttp: read('engine.allowPlainHttp'),
    },
  };
}
