/**
 * `meseta lb zdd`: replaces the app of a deployment group by its next version without losing a request, with the
 * arguments of marathon-lb's script.
 */

import { createInterface } from 'node:readline/promises';
import { HttpClient } from '../../cluster/runtime/http/client';
import { expandZddArgs, readZddConfig, zddFlags } from '../../lb/edge/zdd/config';
import { deploy } from '../../lb/edge/zdd/main';
import { type Command, flagCommand } from '../command';

const command = flagCommand({
  flags: zddFlags,
  run: async ({ flags }, terminal) => {
    const { zdd, access } = readZddConfig(flags, terminal.env);
    const client = new HttpClient();
    try {
      const out = (text: string): void => terminal.out(text);
      return await deploy(zdd, access, { client, out, say: (text) => terminal.err(`${text}\n`), confirm });
    } finally {
      await client.close();
    }
  },
});

export const lbZdd: Command = (args, terminal, row) => command(expandZddArgs(args), terminal, row);

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await lines.question(`${question} [y/n] `)).trim().toLowerCase();
      if (['y', 'yes'].includes(answer)) return true;
      if (['n', 'no'].includes(answer)) return false;
    }
  } finally {
    lines.close();
  }
}
