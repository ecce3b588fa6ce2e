/**
 * The commands of master scripts: agents, frameworks and operators are played by the script. They are in commands/, by
 * who does them.
 */

import { type Interpreter, optionsOf } from '../../scripts/run';
import { agentsCommands } from './commands/agents';
import { frameworksCommands } from './commands/frameworks';
import { masterCommands } from './commands/master';
import { offersCommands } from './commands/offers';
import { operatorsCommands } from './commands/operators';
import { viewsCommands } from './commands/views';
import { type Commands, Stage } from './stage';

export class MasterScript extends Stage {
  readonly interpret: Interpreter = (words) => {
    this.out = [];
    const [command = '', ...rest] = words;
    const run = this.commands[command];
    if (!run) throw new Error(`no command ${command}`);
    run(rest, optionsOf(rest));
    return this.out;
  };

  /** Carries out commands, one a line, and returns everything that came out. */
  play(...lines: readonly string[]): string[] {
    return lines.flatMap((line) => this.interpret(line.trim().split(/\s+/), line));
  }

  private readonly commands: Commands = {
    ...masterCommands(this),
    ...viewsCommands(this),
    ...agentsCommands(this),
    ...frameworksCommands(this),
    ...offersCommands(this),
    ...operatorsCommands(this),
  };
}
