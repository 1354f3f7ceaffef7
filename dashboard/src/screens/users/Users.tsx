import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { MadeUser, Paged, RoleList, User } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { Write } from "../../design/Write";
import { either, words } from "../../words";
import { AddUser } from "./AddUser";
import { FirstPassword } from "./FirstPassword";
import { Groups } from "./Groups";
import { Matrix } from "./Matrix";

/** Who may sign in, with which roles; and what each role may do. */
export function UsersScreen() {
  const text = words.value.users;
  const after = place.value.query["after"] ?? "";
  const found = useLoad(after, (stop) => ask<Paged<User>>("GET", "/ops/users", { query: { after }, stop }));
  const roles = useLoad("roles", (stop) => ask<RoleList>("GET", "/ops/roles", { stop }));
  const adding = useSignal(false);
  const made = useSignal<MadeUser | null>(null);
  const added = (user: MadeUser) => {
    made.value = user;
    found.again();
  };
  const actions = <Write does="POST /ops/users" class="button button-main" onClick={() => { adding.value = true; }}>{text.add}</Write>;
  return (
    <Page title={text.title} lead={text.lead} actions={actions}>
      {made.value && <FirstPassword made={made.value} />}
      <Shown from={found} empty={(page) => page.items.length === 0}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(row) => row.name} />
            {page.next && <Pager page={page} go={(cursor) => filter({ after: cursor.after })} />}
          </>
        )}
      </Shown>
      <Shown from={roles}>
        {(list) => <><Groups list={list} /><Matrix list={list} />{adding.value && <AddUser roles={list} added={added} onClose={() => { adding.value = false; }} />}</>}
      </Shown>
    </Page>
  );
}

function columns(): readonly Column<User>[] {
  const text = words.value.users;
  return [
    { key: "name", title: text.name, cell: (user) => <><Link href={href(at`/users/${user.name}`)} class="document">{user.display}</Link><div class="small soft">{user.name}</div></> },
    { key: "roles", title: text.roles, cell: (user) => user.roles.map((role) => <div key={`${role.role} ${role.organisation}`}>{either(role)}{role.organisation && <span class="small soft"> · {role.organisation}</span>}</div>) },
    { key: "by", title: text.signsIn, cell: (user) => user.provider ?? text.byPassword },
    { key: "state", title: text.state, cell: (user) => <Badge tone={user.disabled_at ? "bad" : "good"} text={user.disabled_at ? text.disabled : text.enabled} /> },
  ];
}
