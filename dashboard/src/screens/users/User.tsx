import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { MadeUser, RoleList, User } from "../../api/shapes";
import type { Call } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { either, language, words } from "../../words";
import { FirstPassword } from "./FirstPassword";
import { Grants, grantsOf, type Chosen } from "./Grants";

const CALLS = {
  roles: "POST /ops/users/{name}:roles", disable: "POST /ops/users/{name}:disable",
  enable: "POST /ops/users/{name}:enable", reset: "POST /ops/users/{name}:reset",
} as const satisfies Readonly<Record<string, Call>>;
type Order = keyof typeof CALLS;

/** One account: what it may do in effect, and what an administrator can change. */
export function UserScreen({ name }: { readonly name: string }) {
  const found = useLoad(name, async (stop) => {
    const [user, list] = await Promise.all([ask<User>("GET", at`/ops/users/${name}`, { stop }), ask<RoleList>("GET", "/ops/roles", { stop })]);
    return { user, list };
  });
  return <Page title={name} lead={words.value.users.one}><Shown from={found}>{({ user, list }) => <Account user={user} list={list} done={found.again} />}</Shown></Page>;
}

function Account({ user, list, done }: { readonly user: User; readonly list: RoleList; readonly done: () => void }) {
  const text = words.value.users;
  const asked = useSignal<Order | null>(null);
  const chosen = useSignal<Chosen>({});
  const made = useSignal<MadeUser | null>(null);
  const begin = (order: Order) => {
    chosen.value = Object.fromEntries(user.roles.map((role) => [role.role, role.organisation ?? ""]));
    asked.value = order;
  };
  const act = async (reason: string) => {
    const order = asked.value;
    const body = order === "roles" ? { grants: grantsOf(chosen.value), reason } : { reason };
    const answer = await ask<Partial<MadeUser>>("POST", `${at`/ops/users/${user.name}`}:${order ?? ""}`, { body });
    if (order === "reset") made.value = answer as MadeUser;
    say(answer.waiting ? text.waits : text.done);
    done();
  };
  const orders: readonly Order[] = ["roles", ...(user.has_password ? ["reset" as const] : []), user.disabled_at ? "enable" : "disable"];
  return (
    <>
      {made.value && <FirstPassword made={made.value} />}
      <section class="card stack-s" aria-label={text.one}>
        <h2>{user.display}</h2>
        <p><Badge tone={user.disabled_at ? "bad" : "good"} text={user.disabled_at ? text.disabled : text.enabled} /></p>
        <dl class="facts">
          <dt>{text.roles}</dt><dd>{user.roles.map((role) => <div key={`${role.role} ${role.organisation}`}>{either(role)}{role.organisation && ` · ${role.organisation}`}</div>)}</dd>
          <dt>{text.signsIn}</dt><dd>{user.provider ?? text.byPassword}</dd>
          <dt>{text.madeBy}</dt><dd>{user.made_by} · <Time at={user.made_at} /></dd>
          <dt>{text.rights}</dt><dd>{list.rights.filter((right) => user.rights.includes(right.action)).map((right) => <div key={right.action}>{right[language.value]}</div>)}</dd>
        </dl>
        <div class="row">{orders.map((order) => <Write key={order} does={CALLS[order]} class={order === "disable" ? "button button-risky" : "button"} onClick={() => begin(order)}>{text.orders[order]}</Write>)}</div>
      </section>
      {asked.value && (
        <ReasonDialog title={`${text.orders[asked.value]}: ${user.name}`} action={text.orders[asked.value]} risky={asked.value === "disable"} act={act} onClose={() => { asked.value = null; }}>
          {asked.value === "roles" && <Grants roles={list} chosen={chosen.value} choose={(next) => { chosen.value = next; }} />}
        </ReasonDialog>
      )}
    </>
  );
}
