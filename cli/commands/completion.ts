/**
 * `meseta completion SHELL`: a script that completes commands and flags, by asking `meseta completion words ...`.
 */

import { isGrouped } from '../../cluster/runtime/config/class-help';
import { UsageError } from '../../cluster/runtime/config/flags';
import { type Command, type CommandRow, flagCommand, type Terminal } from '../command';
import { objectWords } from '../object-words';

const SCRIPTS: Readonly<Record<string, string>> = {
  // Ids are chosen by frameworks: bash must not expand them, as `compgen -W` would, nor run them from the command line.
  bash: `_meseta() {
  local IFS=$'\\n' word current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while read -r word; do
    [[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
  done < <(meseta completion words "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _meseta meseta
`,
  zsh: `#compdef meseta
_meseta() {
  local -a words_here
  words_here=(\${(f)"$(meseta completion words "\${(@)words[2,CURRENT-1]}" 2>/dev/null)"})
  compadd -a words_here || _files
}
compdef _meseta meseta
`,
  fish: `function __meseta_words
  set -l before (commandline -opc)
  meseta completion words $before[2..-1] 2>/dev/null
end
complete -c meseta -f -a '(__meseta_words)'
`,
};

const ask = flagCommand({
  flags: {},
  positionals: ['shell'],
  run: async ({ positionals: [shell = ''] }, terminal) => {
    const script = SCRIPTS[shell];
    if (script === undefined)
      throw new UsageError(`"${shell}" is none of ${Object.keys(SCRIPTS).join(', ')}: name the shell`);
    terminal.out(script);
    return 0;
  },
});

/** The completion command for these commands. */
export function completionOf(commands: readonly CommandRow[]): Command {
  return async (args, terminal, row) => {
    if (args[0] !== 'words') return await ask(args, terminal, row);
    const words = await wordsAfter(args.slice(1), commands, terminal.env);
    terminal.out(words.map((word) => `${word}\n`).join(''));
    return 0;
  };
}

/** The words that may come next: names of commands, or the objects and flags that the command takes. */
async function wordsAfter(
  before: readonly string[],
  commands: readonly CommandRow[],
  env: Terminal['env'],
): Promise<string[]> {
  const names = before.filter((word) => !word.startsWith('-'));
  const next = commands
    .map(({ name }) => name.split(' '))
    .filter((parts) => parts.length > names.length && names.every((word, index) => parts[index] === word))
    .map((parts) => parts[names.length] ?? '');
  const row = longestMatch(names, commands);
  if (!row) return [...new Set(next)];
  const command = await row.load();
  const objects = await objectWords(before.slice(row.name.split(' ').length), command, env);
  const flags = Object.entries(command.flags ?? {}).flatMap(([name, flag]) =>
    isGrouped(flag) ? [] : [`--${name}`],
  );
  return [...new Set([...next, ...objects, ...flags, '--help'])];
}

function longestMatch(names: readonly string[], commands: readonly CommandRow[]): CommandRow | undefined {
  const lengths = [...names.keys()].toReversed();
  const rows = lengths.map((last) =>
    commands.find(({ name }) => name === names.slice(0, last + 1).join(' ')),
  );
  return rows.find((row) => row !== undefined);
}
