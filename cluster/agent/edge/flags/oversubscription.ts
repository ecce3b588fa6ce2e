/**
 * The flags of oversubscription and of the modules that stand for the original's: which estimator and controller, with their
 * parameters.
 */

import { loadavg } from 'node:os';
import type { Resource } from '../../../api/generated/mesos';
import { readResourceText } from '../../../model/resource-text';
import { writeResources } from '../../../model/resources';
import { duration } from '../../../runtime/config/flags';
import { StartError } from '../../../runtime/lifecycle';
import type {
  Controller,
  Estimator,
  OversubscriptionSettings,
} from '../../core/state/oversubscription-settings';
import { builtIn, FIXED_ESTIMATOR, LOAD_CONTROLLER, type Modules } from './modules';

export const oversubscriptionFlags = {
  resource_estimator: builtIn(FIXED_ESTIMATOR, 'says what is given away once more as revocable resources'),
  qos_controller: builtIn(LOAD_CONTROLLER, 'kills executors with revocable resources when the load is high'),
  oversubscribed_resources_interval: duration({
    help: 'time between two estimates of what may be given away once more',
    fallback: 15_000,
    fallbackText: '15secs',
    positive: true,
  }),
  qos_correction_interval_min: duration({
    help: 'least time between two looks of the QoS controller; at least a second in any case',
    fallback: 0,
    fallbackText: '0ns',
  }),
};

interface OversubscriptionConfig {
  readonly resource_estimator: string | undefined;
  readonly qos_controller: string | undefined;
  readonly oversubscribed_resources_interval: number;
  readonly qos_correction_interval_min: number;
}

const CORRECTION_MIN_MS = 1000;

/** The settings for the core. Throws a StartError for parameters that an estimator or controller cannot do with. */
export function oversubscriptionSettings(
  config: OversubscriptionConfig,
  modules: Modules,
): OversubscriptionSettings {
  return {
    estimator: config.resource_estimator === undefined ? undefined : fixedEstimator(modules),
    controller: config.qos_controller === undefined ? undefined : loadController(modules),
    estimateMs: config.oversubscribed_resources_interval,
    correctMs: Math.max(CORRECTION_MIN_MS, config.qos_correction_interval_min),
  };
}

function parameter(modules: Modules, module: string, name: string): string | undefined {
  return modules.get(module)?.find(([key]) => key === name)?.[1];
}

function fixedEstimator(modules: Modules): Estimator {
  const text = parameter(modules, FIXED_ESTIMATOR, 'resources');
  if (text === undefined)
    throw new StartError(
      `--resource_estimator: ${FIXED_ESTIMATOR} needs its parameter "resources" in --modules`,
    );
  const resources = readResourceText(text);
  if ('error' in resources)
    throw new StartError(`--modules: "resources" of ${FIXED_ESTIMATOR}: ${resources.error}`);
  return { kind: 'fixed', resources: writeResources(resources) as readonly Resource[] };
}

function loadController(modules: Modules): Controller {
  const [fiveMax, fifteenMax] = ['load_threshold_5min', 'load_threshold_15min'].map((name) =>
    threshold(name, parameter(modules, LOAD_CONTROLLER, name)),
  );
  if (fiveMax === undefined && fifteenMax === undefined)
    throw new StartError(
      `--qos_controller: ${LOAD_CONTROLLER} needs "load_threshold_5min" or "load_threshold_15min" in --modules`,
    );
  return { kind: 'load', fiveMax, fifteenMax };
}

function threshold(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new StartError(`--modules: "${name}" of ${LOAD_CONTROLLER} is not a number: ${JSON.stringify(text)}`);
}

/** The average numbers of processes that wanted to run in the last 5 and 15 minutes. */
export function measureLoad(): { readonly five: number; readonly fifteen: number } {
  const [, five = 0, fifteen = 0] = loadavg();
  return { five, fifteen };
}
