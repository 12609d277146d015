import type { Precision } from '../../engine/api';
import { catalogue } from '../../store/catalogue';
import { formatBytes } from '../../store/format';
import type { InstalledModel } from '../../store/installedModels';
import { expectedDiskBytes, expectedMemoryBytes, type ModelSize, sizeOf } from '../../store/modelSize';
import { predictSpeed, type SpeedFactors } from '../../store/speed';

/** A row of the quick pick, before it is dressed for VS Code. */
export interface Row {
  readonly action:
    | { readonly kind: 'default' }
    | { readonly kind: 'use'; readonly model: InstalledModel }
    | { readonly kind: 'install'; readonly id: string };
  readonly name: string;
  readonly facts: string;
  readonly costs: string;
  readonly current: boolean;
}

/** What is known when the rows are made. */
export interface Situation {
  readonly installed: readonly InstalledModel[];
  /** Folder in `inkling.model.path`; empty for the default model. */
  readonly path: string;
  /** Of the next installation. */
  readonly precision: Precision;
  readonly defaultModel: ModelSize;
  /** A measurement on this machine, once there is one. */
  readonly speed?: { readonly ms: number; readonly of: SpeedFactors };
}

/** The default model, every installed one, and what of the catalogue is left. */
export function modelRows(situation: Situation): Row[] {
  const { installed, path, precision, defaultModel } = situation;
  const costs = (size: ModelSize, kept: Precision) =>
    [`${formatBytes(expectedMemoryBytes(size, kept))} of memory`, pace(situation, size.parameters, kept)].join(' · ');
  const isInstalled = (id: string) => installed.some(({ manifest }) => manifest.origin.id === id);
  return [
    {
      action: { kind: 'default' },
      name: 'Inkling default',
      facts: `${millions(defaultModel)} · comes with Inkling`,
      costs: costs(defaultModel, precision),
      current: path === '',
    },
    ...installed.map((model): Row => {
      const { manifest, folder, bytes } = model;
      const size = sizeOf(manifest.config);
      const licence = catalogue.find(({ id }) => id === manifest.origin.id)?.licence;
      const facts = [millions(size), licence, `installed (${manifest.precision})`];
      return {
        action: { kind: 'use', model },
        name: manifest.name,
        facts: facts.filter(Boolean).join(' · '),
        costs: [`${formatBytes(bytes)} on disk`, costs(size, manifest.precision)].join(' · '),
        current: path === folder,
      };
    }),
    ...catalogue
      .filter(({ id }) => !isInstalled(id))
      .map((model): Row => {
        const disk = formatBytes(expectedDiskBytes(model, precision));
        return {
          action: { kind: 'install', id: model.id },
          name: model.name,
          facts: `${millions(model)} · ${model.licence}`,
          costs: `${formatBytes(model.weights.bytes)} download · ${disk} on disk · ${costs(model, precision)}`,
          current: false,
        };
      }),
  ];
}

function millions({ parameters }: ModelSize): string {
  return `${Math.round(parameters / 1e6).toLocaleString('en')} million parameters`;
}

function pace({ speed }: Situation, parameters: number, precision: Precision): string {
  if (!speed) {
    return 'measuring this machine …';
  }
  const ms = predictSpeed(speed.ms, speed.of, { parameters, precision });
  return `about ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms per token here`;
}
