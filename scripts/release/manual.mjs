/** The manual page, from what `--help` prints. */

import { run } from './programs.mjs';

/** The page in roff: the commands, and the flags of the daemons. */
export function manualPage({ program, version, roles, epoch }) {
  const help = (...words) =>
    run(program, [...words, '--help'], { env: { PATH: '/usr/bin:/bin', COLUMNS: '80' } }).toString();
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  return [
    `.TH MESETA 1 "${date}" "meseta ${version}"`,
    '.SH NAME',
    'meseta \\- a cluster of machines: services, their names, and the traffic to them',
    '.SH SYNOPSIS',
    '.B meseta',
    '.I COMMAND',
    '[options]',
    '.SH COMMANDS',
    ...verbatim(help()),
    ...roles.flatMap((role) => [`.SH ${role.toUpperCase()}`, ...verbatim(help(role))]),
    '.SH FILES',
    '.TP',
    '.I /etc/meseta/ROLE/',
    'Flag files of a daemon: a file for each flag, with its value.',
    '.TP',
    '.I /var/lib/meseta/',
    'State.',
    '',
  ].join('\n');
}

function verbatim(text) {
  const lines = text
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line));
  return ['.nf', ...lines.map((line) => escapeRoff(line)), '.fi'];
}

/** Lines of at most 78 characters: a terminal would break them anywhere. */
function wrapped(line, width = 78) {
  if (line.length <= width) return [line];
  const cut = line.lastIndexOf(' ', width);
  if (cut <= 30) return [line];
  const indent = ' '.repeat(Math.min(30, line.search(/\S/) + 6));
  return [line.slice(0, cut), ...wrapped(indent + line.slice(cut + 1), width)];
}

function escapeRoff(line) {
  const text = line.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
