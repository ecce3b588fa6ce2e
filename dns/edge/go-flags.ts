/**
 * Command lines in the syntax of Go's flag package, as Mesos-DNS takes them: one dash or two, `-name=value` or `-name value`.
 */

/** Arguments with two dashes before the names of flags. What is not a flag of the list stays as it is. */
export function expandGoFlags(args: readonly string[], names: readonly string[]): string[] {
  return args.map((arg, index) => {
    const [, name = '', value] = /^-{1,2}([A-Za-z][\w-]*)(=.*)?$/s.exec(arg) ?? [];
    if (name === 'h' || name === 'help') return '--help';
    if (!names.includes(name)) return arg;
    // The original's tutorial writes -v without a number.
    const bare = name === 'v' && value === undefined && !/^\d+$/.test(args[index + 1] ?? '');
    return `--${name}${bare ? '=1' : (value ?? '')}`;
  });
}
