import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { AgentScript } from './interpreter';

runScripts(join(__dirname, 'scripts'), () => new AgentScript().interpret);
