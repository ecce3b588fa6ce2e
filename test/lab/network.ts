/** The network of the laboratory: one bridge, and a namespace for each host. */

import { addressOf, BRIDGE, GATEWAY, namespaceOf } from './place';
import { run, tryRun } from './shell';

const ip = (...args: readonly string[]): unknown => run('ip', args);
/** A rule of a host's own firewall, in a chain that is the laboratory's. */
const CHAIN = 'mslab';

export function makeBridge(): void {
  if (tryRun('ip', ['link', 'show', BRIDGE])) return;
  ip('link', 'add', BRIDGE, 'type', 'bridge');
  ip('address', 'add', `${GATEWAY}/24`, 'dev', BRIDGE);
  ip('link', 'set', BRIDGE, 'up');
}

export function removeBridge(): void {
  tryRun('ip', ['link', 'delete', BRIDGE]);
}

/** The namespace of a host, with `host0` on the bridge. */
export function connect(name: string): void {
  const space = namespaceOf(name);
  if (tryRun('ip', ['link', 'show', space])) return;
  ip('netns', 'add', space);
  ip('link', 'add', space, 'type', 'veth', 'peer', 'name', 'host0', 'netns', space);
  ip('link', 'set', space, 'master', BRIDGE, 'up');
  const inside = (...args: readonly string[]): unknown => ip('-n', space, ...args);
  inside('address', 'add', `${addressOf(name)}/24`, 'dev', 'host0');
  inside('link', 'set', 'host0', 'up');
  inside('link', 'set', 'lo', 'up');
  inside('route', 'add', 'default', 'via', GATEWAY);
}

export function disconnect(name: string): void {
  tryRun('ip', ['netns', 'delete', namespaceOf(name)]);
}

/** Packets between two hosts are dropped, in both directions. */
export function partition(left: string, right: string): void {
  drop(left, ['-s', addressOf(right)]);
  drop(right, ['-s', addressOf(left)]);
}

/** A share of the packets to a host is lost, from 0 to 1. */
export function lose(name: string, share: number): void {
  if (!(share > 0 && share <= 1)) throw new Error(`"${share}" is no share: give a number above 0, up to 1`);
  drop(name, ['-m', 'statistic', '--mode', 'random', '--probability', String(share)]);
}

/** The link of a host carries at most so many bits a second, such as `1mbit`, in each direction. */
export function slow(name: string, rate: string): void {
  const shape = ['root', 'tbf', 'rate', rate, 'burst', '32kbit', 'latency', '400ms'];
  run('tc', ['qdisc', 'replace', 'dev', namespaceOf(name), ...shape]);
  run('ip', ['netns', 'exec', namespaceOf(name), 'tc', 'qdisc', 'replace', 'dev', 'host0', ...shape]);
}

/** Ends partitions, losses and slow links of a host. */
export function heal(name: string): void {
  const space = namespaceOf(name);
  tryRun('ip', ['netns', 'exec', space, 'iptables', '-F', CHAIN]);
  tryRun('tc', ['qdisc', 'delete', 'dev', space, 'root']);
  tryRun('ip', ['netns', 'exec', space, 'tc', 'qdisc', 'delete', 'dev', 'host0', 'root']);
}

function drop(name: string, what: readonly string[]): void {
  const tables = (...args: readonly string[]): string[] => [
    'netns',
    'exec',
    namespaceOf(name),
    'iptables',
    ...args,
  ];
  if (tryRun('ip', tables('-N', CHAIN))) run('ip', tables('-I', 'INPUT', '-j', CHAIN));
  run('ip', tables('-A', CHAIN, ...what, '-j', 'DROP'));
}
