/** `meseta job edit`: a definition in the user's editor, and back. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../cluster/runtime/lifecycle';
import { chronosFlags, findJob, jobPath, withChronos } from '../chronos-api';
import { flagCommand, type Terminal } from '../command';
import { definitionPath, readJobFile, withoutCounters } from './job-file';

export const edit = flagCommand({
  flags: chronosFlags,
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const name = await findJob(api, word);
      const job = (await api.json('GET', jobPath(name))) as Record<string, unknown>;
      const text = `${JSON.stringify(withoutCounters(job), null, 2)}\n`;
      const folder = mkdtempSync(join(tmpdir(), 'meseta-job-'));
      const file = join(folder, 'job.json');
      writeFileSync(file, text, { mode: 0o600 });
      openEditor(file, terminal);
      if (readFileSync(file, 'utf8') === text) {
        rmSync(folder, { recursive: true });
        terminal.out(`${name} is as it was\n`);
        return 0;
      }
      await send(file, name, (path, body) => api.text('PUT', path, body));
      rmSync(folder, { recursive: true });
      terminal.out(`${name} is changed\n`);
      return 0;
    }),
});

/** Waits for the editor of the environment. */
function openEditor(file: string, { env }: Terminal): void {
  const editor = env['VISUAL'] || env['EDITOR'] || 'vi';
  // An editor may have arguments, as in `code --wait`; a shell reads them as other programs do.
  const { status, error } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  if (error || status !== 0) throw new StartError(`the editor failed: ${editor}; your text is in ${file}`);
}

/** Sends the edited definition. What is refused stays in its file. */
async function send(
  file: string,
  name: string,
  put: (path: string, body: string) => Promise<unknown>,
): Promise<void> {
  try {
    const body = readJobFile(file);
    if (body.name !== name) throw new StartError(`a job cannot be renamed: ${name} is now ${body.name}`);
    await put(definitionPath(body), JSON.stringify(body));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new StartError(
      `${error.message}\nYour text is in ${file}; send it with 'meseta job apply ${file}'.`,
    );
  }
}
