import { type Modules, readModules } from '../../../../../cluster/agent/edge/flags/modules';
import {
  measureLoad,
  oversubscriptionSettings,
} from '../../../../../cluster/agent/edge/flags/oversubscription';
import { printResources, readResources } from '../../../../../cluster/model/resources';

const FIXED = 'org_apache_mesos_FixedResourceEstimator';
const LOAD = 'org_apache_mesos_LoadQoSController';
const NONE: Modules = new Map();
const withParameters = (name: string, parameters: Record<string, string>): Modules =>
  readModules(
    JSON.stringify({
      libraries: [
        {
          modules: [{ name, parameters: Object.entries(parameters).map(([key, value]) => ({ key, value })) }],
        },
      ],
    }),
  );
const CONFIG = {
  resource_estimator: undefined,
  qos_controller: undefined,
  oversubscribed_resources_interval: 15_000,
  qos_correction_interval_min: 0,
};

it('gives nothing away twice by default', () => {
  expect(oversubscriptionSettings(CONFIG, NONE)).toEqual({
    estimator: undefined,
    controller: undefined,
    estimateMs: 15_000,
    correctMs: 1000,
  });
});

it('reads the resources of the estimator', () => {
  const modules = withParameters(FIXED, { resources: 'cpus:4;mem:100' });
  const { estimator } = oversubscriptionSettings({ ...CONFIG, resource_estimator: FIXED }, modules);
  expect(estimator && printResources(readResources(estimator.resources))).toBe('cpus:4; mem:100');
});

it('reads the loads of the controller', () => {
  const modules = withParameters(LOAD, { load_threshold_15min: '8.5' });
  const { controller } = oversubscriptionSettings({ ...CONFIG, qos_controller: LOAD }, modules);
  expect(controller).toEqual({ kind: 'load', fiveMax: undefined, fifteenMax: 8.5 });
});

it.each([
  [{ resource_estimator: FIXED }, NONE, 'needs its parameter "resources"'],
  [{ resource_estimator: FIXED }, withParameters(FIXED, { resources: 'cpus' }), '"resources" of org_apache'],
  [{ qos_controller: LOAD }, NONE, 'needs "load_threshold_5min" or "load_threshold_15min"'],
  [{ qos_controller: LOAD }, withParameters(LOAD, { load_threshold_5min: 'x' }), 'is not a number: "x"'],
])('does not start with %j and what cannot do', (config, modules, error) => {
  expect(() => oversubscriptionSettings({ ...CONFIG, ...config }, modules)).toThrow(error);
});

it('measures the load', () => {
  expect(measureLoad().five).toBeGreaterThanOrEqual(0);
});
