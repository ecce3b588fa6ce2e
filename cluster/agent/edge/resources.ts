/**
 * What this machine has to offer: what the operator says, and for the rest what is found (Mesos 1.11
 * containerizer.cpp).
 */

import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type * as mesos from '../../api/generated/mesos';
import { readAttributeText, readResourceText } from '../../model/resource-text';
import { combine, pieceOf, type Resources, writeResources } from '../../model/resources';
import { StartError } from '../../runtime/lifecycle';

const MB = 1024 * 1024;
const PORTS = [[31_000, 32_000]] as const;

/** Reads `--resources` and fills in what it does not name. */
export async function agentResources(text: string, workDir: string): Promise<mesos.Resource[]> {
  const given = readResourceText(text);
  if ('error' in given) throw new StartError(`--resources: ${given.error}`);
  const named = new Set(given.map(({ name }) => name));
  const found = (await detect(workDir)).filter(({ name }) => !named.has(name));
  return writeResources(combine([...given, ...found])) as mesos.Resource[];
}

async function detect(workDir: string): Promise<Resources> {
  const memory = totalmem() / MB;
  const disk = await diskMb(workDir);
  const scalar = (name: string, value: number) =>
    pieceOf(name, { type: 'SCALAR', milli: Math.max(0, Math.floor(value)) * 1000 });
  return [
    scalar('cpus', availableParallelism()),
    scalar('mem', memory > 2048 ? memory - 1024 : memory / 2),
    scalar('disk', disk > 10_240 ? disk - 5120 : disk / 2),
    pieceOf('ports', { type: 'RANGES', ranges: PORTS }),
  ];
}

async function diskMb(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder);
  return (blocks * bsize) / MB;
}

/** Reads `--attributes`. */
export function agentAttributes(text: string): readonly mesos.Attribute[] {
  const attributes = readAttributeText(text);
  if ('error' in attributes) throw new StartError(`--attributes: ${attributes.error}`);
  return attributes;
}
