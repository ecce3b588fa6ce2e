/**
 * Rules about external volumes of the provider `dvdi`: volumes of a Docker volume driver (DVDIProvider of Marathon). Those
 * about the whole tree of apps are in `core/apps/external-volumes.ts`.
 */

import type { App, ExternalVolume, Volume } from './app';
import type { Finding } from './violations';

const DRIVER = 'dvdi/driver';
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const OPTION_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\/[A-Za-z0-9](?:[-A-Za-z0-9._:]*[A-Za-z0-9])?$/;

/** The options of the driver rexray that have a form. */
const REXRAY_OPTIONS: readonly (readonly [
  name: string,
  isValid: (value: string) => boolean,
  error: string,
])[] = [
  ['dvdi/volumetype', (value) => LABEL.test(value), mustMatch(LABEL)],
  ['dvdi/newfstype', (value) => LABEL.test(value), mustMatch(LABEL)],
  ['dvdi/iops', (value) => /^0*[1-9]\d*$/.test(value), 'Expected a valid, positive integer'],
  ['dvdi/overwritefs', (value) => value.toLowerCase() === 'true', 'Expected a valid boolean'],
];

function mustMatch(pattern: RegExp): string {
  return `must fully match regular expression '${pattern.source.replaceAll('\\/', '/')}'`;
}

/** The findings about one volume, with paths below it. */
export function externalVolumeFindings(volume: Volume, external: ExternalVolume, type: string): Finding[] {
  const { name, provider, options, size } = external;
  if (provider !== 'dvdi') return [providerFinding(provider)];
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  if (name === undefined) add('/external/name', 'not defined');
  if (name === '') add('/external/name', 'must not be empty');
  if (size === 0) add('/external/size', 'must be at least 1, in GiB');
  if (volume.containerPath === '.' || volume.containerPath === '..')
    add('/containerPath', 'can not be one of (.,..)');
  if (type === 'MESOS' && volume.mode === 'RO') add('/mode', 'got RO, expected RW');
  return [...findings, ...optionFindings(options), ...(type === 'DOCKER' ? dockerFindings(external) : [])];
}

function providerFinding(provider: string | undefined): Finding {
  const path = '/external/provider';
  if (provider === undefined) return { path, error: 'not defined' };
  return provider === 'csi'
    ? { path, error: 'csi is not supported by this Marathon, since its agents have no CSI volumes; use dvdi' }
    : { path, error: 'is unknown provider' };
}

function optionFindings(options: ExternalVolume['options']): Finding[] {
  const findings: Finding[] = [];
  const add = (name: string, error: string): unknown =>
    findings.push({ path: `/external/options("${name}")`, error });
  const driver = options[DRIVER];
  if (driver === undefined) add(DRIVER, 'not defined');
  else if (!LABEL.test(driver)) add(DRIVER, mustMatch(LABEL));
  for (const name of Object.keys(options)) if (!OPTION_NAME.test(name)) add(name, mustMatch(OPTION_NAME));
  for (const [name, isValid, error] of driver === 'rexray' ? REXRAY_OPTIONS : []) {
    const value = options[name];
    if (value !== undefined && !isValid(value)) add(name, error);
  }
  return findings;
}

/** The options of `docker run` have a place for the driver alone. */
function dockerFindings({ options, size }: ExternalVolume): Finding[] {
  const findings: Finding[] = [];
  if (Object.keys(options).some((name) => name !== DRIVER))
    findings.push({ path: '/external/options', error: `must only contain ${DRIVER}` });
  if (size !== undefined)
    findings.push({ path: '/external/size', error: 'must be undefined for Docker containers' });
  return findings;
}

/** The findings about all external volumes of an app. */
export function externalVolumesFindings({ id, container, instances, upgradeStrategy }: App): Finding[] {
  const externals = (container?.volumes ?? []).flatMap(({ external }) => external ?? []);
  if (externals.length === 0) return [];
  const findings: Finding[] = [];
  const names = externals.flatMap(({ name }) => name ?? []);
  if (new Set(names).size < names.length)
    findings.push({ path: '/container/volumes', error: 'Volume names must be unique' });
  if (instances > 1) {
    const error = `Number of instances is limited to 1 when declaring DVDI volumes in app [${id}]`;
    findings.push({ path: '/', error });
  }
  if (upgradeStrategy.maximumOverCapacity !== 0) {
    const { maximumOverCapacity: capacity } = upgradeStrategy;
    const text = Number.isInteger(capacity) ? capacity.toFixed(1) : String(capacity);
    findings.push({ path: '/upgradeStrategy/maximumOverCapacity', error: `got ${text}, expected 0.0` });
  }
  const drivers = new Set(externals.flatMap(({ options }) => options[DRIVER] ?? []));
  if (container?.type === 'DOCKER' && drivers.size > 1) {
    const error = 'must have one volume driver, since docker run takes one alone';
    findings.push({ path: '/container/volumes', error });
  }
  return findings;
}
