import { Cgroup2 } from "@ringfence/kernel";
import { type AgentConfig, RingfenceError } from "@ringfence/model";
import { AgentLock, refuseAnswered } from "../control/index.js";
import { familyGuards } from "../fence/family-guard.js";
import { type FencePlace, type LoadedFence, loadFence } from "../fence/load-fence.js";
import { planOfRoom } from "../fence/policy-slots.js";
import { rememberedCapacity } from "../fence/remembered-capacity.js";
import { PinFolder } from "../pins/pin-folder.js";

/** What an agent holds before it has a policy. */
export interface PreparedAgent {
  readonly locks: readonly AgentLock[];
  readonly cgroups: Cgroup2;
  /** null where only the policy says how large the tables must be, or where loading failed */
  readonly fence: LoadedFence | null;
}

/**
 * Does what needs no policy, so that somebody else can read and compile it meanwhile: makes sure that this is the only agent,
 * and loads the programs. Throws RF_AGENT_RUNS, RF_STATE, RF_CONFIG_FILE.
 */
export async function prepareAgent(config: AgentConfig, objectPath: string): Promise<PreparedAgent> {
  const { socket, state, pins, cgroup } = config.spec;
  const locks: AgentLock[] = [];
  const cgroups = Cgroup2.open();
  try {
    locks.push(AgentLock.take(state));
    locks.push(AgentLock.takePins(pins));
    // before anything is attached: an agent that cannot be asked would enforce what nobody can change
    await refuseAnswered(socket.path);
    refuseAbsentCgroup(cgroups, cgroup);
    const fence = loadAhead({ objectPath, cgroups, cgroup }, pins, state);
    return { locks, cgroups, fence };
  } catch (error) {
    cgroups.close();
    for (const lock of locks) lock.release();
    throw error;
  }
}

/** Lets go of what no agent took. */
export function releasePrepared({ locks, cgroups, fence }: PreparedAgent): void {
  fence?.object.close();
  cgroups.close();
  for (const lock of locks) lock.release();
}

/** What fails here fails again where the policy is there, and is told then. */
function loadAhead(place: Omit<FencePlace, "pins">, pins: string, state: string): LoadedFence | null {
  try {
    const [guard = null] = familyGuards();
    return loadFence({ ...place, pins: PinFolder.open(pins) }, guard, () => {
      const room = rememberedCapacity(state);
      if (room !== null) return planOfRoom(room);
      throw new Error("Nobody knows yet how large the tables must be");
    });
  } catch {
    return null;
  }
}

function refuseAbsentCgroup(cgroups: Cgroup2, path: string): void {
  if (cgroups.exists(path)) return;
  throw new RingfenceError("RF_CONFIG_FILE", `Cannot attach at cgroup "${path}": it does not exist`, {
    hint: "Make it, or name another one in spec.cgroup; / is the whole host",
  });
}
