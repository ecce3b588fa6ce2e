/** Rules about networks and the ports that need them. */

import type { App } from './app';
import type { Finding } from './violations';

export function networkViolations(app: App): Finding[] {
  const { networks, container } = app;
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  const count = (mode: string): number => networks.filter((network) => network.mode === mode).length;
  const kinds = ['host', 'container/bridge', 'container'].filter((mode) => count(mode) > 0);
  networks.forEach(({ mode, name, labels }, index) => {
    const path = `/networks(${index})`;
    if (mode === 'host' && (name !== undefined || Object.keys(labels).length > 0)) {
      add(path, 'Host networks may not have names or labels');
    }
    if (mode === 'container/bridge' && name !== undefined) add(path, 'Bridge networks may not have names');
    if (mode === 'container/bridge' && container?.type === 'DOCKER' && Object.keys(labels).length > 0) {
      add(`${path}/labels`, 'labels of a bridge need a container of type MESOS');
    }
    if (mode === 'container' && name === undefined) {
      add(path, 'Network name must be specified when container network is selected.');
    }
  });
  if (kinds.length > 1 || count('host') > 1 || count('container/bridge') > 1) {
    const error =
      'May specify a single host network, single bridge network, or else 1-to-n container networks';
    add('/networks', error);
  }
  const names = networks.flatMap(({ name }) => name ?? []);
  if (new Set(names).size < names.length) add('/networks', 'Duplicate networks are not allowed');
  if (container?.type === 'DOCKER' && count('container') > 1) {
    add('/networks', 'may only specify a single container network when using the Docker container engine');
  }
  (container?.portMappings ?? []).forEach(({ hostPort, networkNames }, index) => {
    if (count('container') > 1 && hostPort !== undefined && networkNames.length !== 1) {
      const error =
        'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined';
      add(`/container/portMappings(${index})`, error);
    }
    for (const name of networkNames) {
      if (!names.includes(name)) {
        add(
          `/container/portMappings(${index})/networkNames`,
          `${name} is not a container network of the app`,
        );
      }
    }
  });
  return findings;
}
