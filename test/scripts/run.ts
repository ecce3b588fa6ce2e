/**
 * Conversations as text files: commands, then `----`, then what came out; blocks are separated by an empty line.
 * `REWRITE=1 npx jest ...` writes what comes out now; the difference is for the reviewer.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Carries out one command line and returns the lines that came out. */
export type Interpreter = (words: readonly string[], line: string) => readonly string[];

/** One whose lines come out later, such as over HTTP. */
export type LateInterpreter = (...line: Parameters<Interpreter>) => Promise<readonly string[]>;

interface Block {
  readonly comments: readonly string[];
  readonly commands: readonly string[];
  readonly expected: string;
}

/** Runs every script of a folder, each with a fresh interpreter. */
export function runScripts(folder: string, open: () => Interpreter | LateInterpreter): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort();
  test.each(files)('%s', async (file) => {
    const path = join(folder, file);
    const blocks = readBlocks(readFileSync(path, 'utf8'));
    const interpret = open();
    const actual: Block[] = [];
    for (const block of blocks) actual.push({ ...block, expected: await play(interpret, block.commands) });
    if (process.env['REWRITE']) writeFileSync(path, printBlocks(actual));
    else expect(printBlocks(actual)).toBe(printBlocks(blocks));
  });
}

async function play(interpret: Interpreter | LateInterpreter, commands: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const line of commands) lines.push(...(await interpret(line.split(/\s+/), line)));
  return lines.length > 0 ? lines.join('\n') : 'nothing';
}

function readBlocks(text: string): Block[] {
  return text
    .split(/\n\n+/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map((block) => {
      const [head = '', expected = ''] = block.split(/^----$/m);
      const lines = head.trim().split('\n');
      return {
        comments: lines.filter((line) => line.startsWith('#')),
        commands: lines.filter((line) => !line.startsWith('#') && line !== ''),
        expected: expected.trim(),
      };
    });
}

function printBlocks(blocks: readonly Block[]): string {
  const print = ({ comments, commands, expected }: Block): string => {
    const head = [...comments, ...commands].join('\n');
    return commands.length === 0 ? head : `${head}\n----\n${expected}`;
  };
  return `${blocks.map(print).join('\n\n')}\n`;
}

/** `key=value` words as an object. */
export function optionsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}
