/**
 * `meseta lb render`: the configuration a list of apps would get, without a Marathon and without HAProxy.
 */

import { readFileSync } from 'node:fs';
import { systemClock } from '../../cluster/runtime/clock';
import { list, requiredText, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { silentLogger } from '../../cluster/runtime/log';
import { expandLbArgs, lbFlags, readLbConfig } from '../../lb/config';
import { renderApps } from '../../lb/edge/render/main';
import { type Command, flagCommand } from '../command';

const command = flagCommand({
  flags: {
    ...lbFlags,
    apps: requiredText({
      value: 'PATH',
      help: "Marathon's answer to GET /v2/apps?embed=apps.tasks; - is standard input",
    }),
    address: list({ value: 'HOST=ADDRESS', help: "An agent's address; may be given several times" }),
    maps: toggle({ help: 'Print the map files too, as comments', fallback: false }),
  },
  run: async ({ flags }, terminal) => {
    const config = readLbConfig(flags, terminal.env);
    const logs = { clock: systemClock(), log: silentLogger };
    const {
      config: text,
      maps,
      issues,
    } = await renderApps(config, readJson(flags.apps), readAddresses(flags.address), logs);
    for (const issue of issues) terminal.err(`${issue}\n`);
    terminal.out(text);
    if (flags.maps && maps)
      for (const [name, lines] of Object.entries<string>({ ...maps }))
        for (const line of lines.split('\n').filter(Boolean)) terminal.out(`# map ${name}: ${line}\n`);
    return 0;
  },
});

export const lbRender: Command = (args, terminal, row) => command(expandLbArgs(args), terminal, row);

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
  } catch (error) {
    throw new StartError(`--apps: ${(error as Error).message}`);
  }
}

function readAddresses(given: readonly string[]): Map<string, string> {
  const pairs = given.map((one) => {
    const at = one.indexOf('=');
    if (at < 1) throw new UsageError(`--address: "${one}" is no HOST=ADDRESS`);
    return [one.slice(0, at), one.slice(at + 1)] as const;
  });
  return new Map(pairs);
}
