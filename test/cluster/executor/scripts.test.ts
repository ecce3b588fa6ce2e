import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { ExecutorScript } from './interpreter';

runScripts(join(__dirname, 'scripts'), () => new ExecutorScript().interpret);
