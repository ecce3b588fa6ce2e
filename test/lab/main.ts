/** The commands of the laboratory: `npm run lab -- COMMAND`. */

import { spawnSync } from 'node:child_process';
import { killHost, pauseHost, resumeHost, startHost, stopHost } from './host';
import { addPackage, bringDown, bringUp, describeHosts, hosts, sshArguments, untilReady } from './laboratory';
import { heal, lose, partition, slow } from './network';

interface Command {
  readonly usage: string;
  readonly about: string;
  run(args: readonly string[]): unknown;
}

const say = (text: string): unknown => process.stdout.write(`${text}\n`);

const COMMANDS: Readonly<Record<string, Command>> = {
  up: {
    usage: 'up N',
    about: 'bring up N hosts, h1 to hN',
    run: async ([count = '3']) => {
      await bringUp(positive(count), say);
      describeHosts().forEach(say);
    },
  },
  status: { usage: 'status', about: 'list the hosts', run: () => describeHosts().forEach(say) },
  ssh: {
    usage: 'ssh HOST [COMMAND]',
    about: 'a shell on a host, or a command',
    run: ([name = '', ...command]) => {
      const { status } = spawnSync('ssh', [...sshArguments(name), ...command], { stdio: 'inherit' });
      process.exitCode = status ?? 1;
    },
  },
  add: {
    usage: 'add FILE.deb',
    about: 'offer a package to the hosts',
    run: ([file = '']) => addPackage(file),
  },
  kill: { usage: 'kill HOST', about: 'pull the plug', run: ([name = '']) => killHost(name) },
  stop: { usage: 'stop HOST', about: 'shut down in order', run: ([name = '']) => stopHost(name) },
  start: {
    usage: 'start HOST',
    about: 'boot a host that is down',
    run: async ([name = '']) => {
      startHost(name);
      await untilReady(name);
    },
  },
  pause: { usage: 'pause HOST', about: 'stop all its processes', run: ([name = '']) => pauseHost(name) },
  resume: { usage: 'resume HOST', about: 'let them run', run: ([name = '']) => resumeHost(name) },
  partition: {
    usage: 'partition HOST HOST',
    about: 'neither reaches the other',
    run: ([left = '', right = '']) => partition(left, right),
  },
  lose: {
    usage: 'lose HOST SHARE',
    about: 'lose a share of the packets to it, 0.1 for a tenth',
    run: ([name = '', share = '']) => lose(name, Number(share)),
  },
  slow: {
    usage: 'slow HOST RATE',
    about: 'bound its link, such as 1mbit',
    run: ([name = '', rate = '']) => slow(name, rate),
  },
  heal: {
    usage: 'heal [HOST]',
    about: 'end partitions, losses and slow links',
    run: ([name]) => (name === undefined ? hosts() : [name]).forEach(heal),
  },
  down: { usage: 'down', about: 'end and remove all hosts', run: () => bringDown() },
};

function positive(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new Error(`"${text}" is no number of hosts`);
  return Number(text);
}

function help(): string {
  const rows = Object.values(COMMANDS).map(({ usage, about }) => `  ${usage.padEnd(22)}${about}`);
  return ['npm run lab -- COMMAND', ...rows].join('\n');
}

async function main([name = 'help', ...args]: readonly string[]): Promise<void> {
  const command = COMMANDS[name];
  if (command) return void (await command.run(args));
  say(help());
  if (name !== 'help') process.exitCode = 2;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
