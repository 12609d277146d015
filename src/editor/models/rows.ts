import type { Precision } from '../../engine/api';
import { type CatalogueModel, catalogue } from '../../store/catalogue';
import { formatBytes } from '../../store/format';
import type { InstalledModel, UnusableModel } from '../../store/installedModels';
import {
  expectedDiskBytes,
  expectedMemoryBytes,
  type ModelShape,
  parametersOf,
  predictSpeed,
  shapeOf,
} from '../../store/modelCosts';
import { hasPublishedOutputs } from '../../store/selftest/references';
import type { Speed } from './speedEstimate';

/** A row of the quick pick, before VS Code's own form of it. */
export interface Row {
  readonly action:
    | { readonly kind: 'default' }
    | { readonly kind: 'use'; readonly model: InstalledModel }
    | { readonly kind: 'clear'; readonly model: UnusableModel }
    | { readonly kind: 'install'; readonly id: string };
  readonly name: string;
  readonly facts: string;
  readonly costs: string;
  readonly current: boolean;
}

/** Rows under a title. */
export interface RowGroup {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What is known when the rows are made. */
export interface Circumstances {
  readonly installed: readonly InstalledModel[];
  readonly unusable: readonly UnusableModel[];
  /** Folder in `inkling.model.path`; empty for the default model. */
  readonly path: string;
  /** Of the next installation. */
  readonly precision: Precision;
  readonly defaultModel: ModelShape;
  /** Models may be downloaded. */
  readonly hubEnabled: boolean;
  /** A measurement on this machine, once there is one. */
  readonly speed?: Speed;
}

/** The default model, every installed one, and what of the catalogue is left. */
export function modelRows(circumstances: Circumstances): RowGroup[] {
  const { installed, unusable, hubEnabled } = circumstances;
  const onHub = hubEnabled ? catalogue : [];
  const left = onHub.filter(({ id }) => !installed.some(({ manifest }) => manifest.origin.id === id));
  const isFirst = ({ language, kind }: CatalogueModel) => language === 'English' && kind === undefined;
  const offer = (model: CatalogueModel) => offeredRow(model, circumstances);
  return [
    {
      title: 'On this machine',
      rows: [
        defaultRow(circumstances),
        ...installed.map((model) => installedRow(model, circumstances)),
        ...unusable.map(unusableRow),
      ],
    },
    { title: 'English, to download', rows: left.filter(isFirst).map(offer) },
    {
      title: 'Other languages and kinds, to download (type a language)',
      rows: left.filter((model) => !isFirst(model)).map(offer),
    },
  ].filter(({ rows }) => rows.length > 0);
}

function defaultRow(circumstances: Circumstances): Row {
  const { defaultModel, precision, path } = circumstances;
  return {
    action: { kind: 'default' },
    name: 'Inkling default',
    facts: `${millions(defaultModel)} · English · comes with Inkling`,
    costs: joined(...runningCosts(defaultModel, precision, circumstances)),
    current: path === '',
  };
}

function installedRow(model: InstalledModel, circumstances: Circumstances): Row {
  const { manifest, folder, bytes } = model;
  const shape = shapeOf(manifest.config);
  const known = catalogue.find(({ id }) => id === manifest.origin.id);
  return {
    action: { kind: 'use', model },
    name: manifest.name,
    facts: joined(
      millions(shape),
      known && kindOf(known),
      known && licenceOf(known),
      `installed (${manifest.precision})`,
    ),
    costs: joined(`${formatBytes(bytes)} on disk`, ...runningCosts(shape, manifest.precision, circumstances)),
    current: circumstances.path === folder,
  };
}

function unusableRow(model: UnusableModel): Row {
  const why = { damaged: 'damaged', outdated: 'made by another version of Inkling' }[model.reason];
  return {
    action: { kind: 'clear', model },
    name: model.name,
    facts: why,
    costs: 'It cannot be used. Choose it to remove it; then it can be installed again.',
    current: false,
  };
}

function offeredRow(model: CatalogueModel, circumstances: Circumstances): Row {
  const { id, name, shape, weights } = model;
  const { precision } = circumstances;
  return {
    action: { kind: 'install', id },
    name,
    facts: joined(millions(shape), kindOf(model), licenceOf(model)),
    costs: joined(
      `${formatBytes(weights.bytes)} download`,
      `${formatBytes(expectedDiskBytes(shape, precision))} on disk`,
      ...runningCosts(shape, precision, circumstances),
      !hasPublishedOutputs(id) && 'no published output to test it against',
    ),
    current: false,
  };
}

function kindOf({ language, kind }: CatalogueModel): string {
  return joined(language, kind);
}

function licenceOf({ licence }: CatalogueModel): string {
  return licence ?? 'no licence stated';
}

/** Memory, and time for a token where this machine has been measured. */
function runningCosts(shape: ModelShape, precision: Precision, { speed }: Circumstances): (string | undefined)[] {
  const ms = speed && predictSpeed(speed.ms, speed.of, { shape, precision });
  return [
    `up to ${formatBytes(expectedMemoryBytes(shape, precision))} of memory`,
    ms && `about ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms per token here`,
  ].map((part) => part || undefined);
}

function millions(shape: ModelShape): string {
  return `${Math.round(parametersOf(shape) / 1e6).toLocaleString('en')} million parameters`;
}

function joined(...parts: (string | undefined | false)[]): string {
  return parts.filter(Boolean).join(' · ');
}
