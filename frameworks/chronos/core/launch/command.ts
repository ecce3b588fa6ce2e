/**
 * The program of a job's task, and the artifacts that are fetched for it.
 *
 * The original puts the arguments into the name of the program and passes them again, so that a job without a shell never
 * runs. Here they are its arguments.
 */

import type { Artifact, Program } from '../../../kit/core/task/command';
import type { Job } from '../jobs/job';

/** The program; `text` has the arguments of the run, which those of a manual start replace. */
export function jobProgram(job: Job, text: string): Program {
  if (isAddress(job.command)) return { shell: true, value: joined(fetchedProgram(job.command), text) };
  if (job.shell) return { shell: true, value: someText(joined(job.command, text)) };
  const words = wordsOf(job, text);
  const value = someText(job.command);
  // The Docker daemon appends the arguments to the program; everybody else takes the whole argument list.
  const isWhole = value !== undefined && job.container?.type !== 'DOCKER';
  return { shell: false, value, arguments: isWhole ? [value, ...words] : words };
}

/** A command that is an address is fetched and run; nothing else is fetched then. */
export function jobArtifacts(job: Job): Artifact[] {
  const { command, uris } = job;
  if (isAddress(command)) return [{ uri: command, executable: true, extract: true, cache: false }];
  const entries = job.fetch.map(({ output_file, ...entry }) => ({
    ...entry,
    outputFile: someText(output_file),
  }));
  return [...entries, ...uris.map((uri) => ({ uri, executable: false, extract: true, cache: false }))];
}

function isAddress(command: string): boolean {
  return command.startsWith('http') || command.startsWith('ftp');
}

function fetchedProgram(address: string): string {
  return `"./${address.slice(address.lastIndexOf('/') + 1)}"`;
}

/** The arguments as a list: those of the definition as they are, others at their blanks. */
function wordsOf(job: Job, text: string): readonly string[] {
  return text === job.arguments.join(' ') ? job.arguments : text.split(/\s+/).filter((word) => word !== '');
}

/** The original takes the arguments out of the task id, which has no semicolons: those of a start cannot end the line. */
function joined(command: string, text: string): string {
  return text === '' ? command : `${command} ${text.replaceAll(';', '')}`.trimStart();
}

function someText(text: string): string | undefined {
  return text === '' ? undefined : text;
}
