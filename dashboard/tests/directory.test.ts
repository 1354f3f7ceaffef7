import { describe, expect, it } from "vitest";
import type { Organisation } from "../src/api/shapes";
import { span } from "../src/screens/directory/days";
import { changeOf, fieldsOf } from "../src/screens/directory/draft";

const contact = (of: string, name: string) => ({ of, name, email: "mau@h99.example", phone: "" });
const ONE = {
  id: "xa-mau", name: "Xã Mẫu", level: "commune", state: "active", valid_from: "2025-07-01", valid_to: null,
  contacts: [contact("business", "Văn thư"), contact("business", "Một cửa"), contact("technical", "Tổ tin học")],
} as unknown as Organisation;

describe("the form of an organisation", () => {
  it("changes nothing where nothing was typed, contacts that it does not show included", () => {
    const change = changeOf(fieldsOf(ONE), [{ id: "so-mau", name: "Sở Mẫu" }], [], ONE);
    expect(change).toMatchObject({ change: "put_organisation", id: "xa-mau", name: "Xã Mẫu", parent: "so-mau", valid_from: "2025-07-01", valid_to: null, successors: [] });
    expect((change["contacts"] as { name: string }[]).map((one) => one.name).sort()).toEqual(["Một cửa", "Tổ tin học", "Văn thư"]);
  });

  it("hands in a name as the hub takes it: composed, without blanks at its ends", () => {
    const change = changeOf({ ...fieldsOf(ONE), name: " Xã Mẫu ".normalize("NFD") }, [], [], ONE);
    expect(change).toMatchObject({ name: "Xã Mẫu".normalize("NFC"), parent: null });
  });

  it("ends a contact whose office was emptied", () => {
    const change = changeOf({ ...fieldsOf(ONE), technical_name: " " }, [], [], ONE);
    expect(JSON.stringify(change["contacts"])).not.toContain("Tổ tin học");
  });
});

describe("a time of validity", () => {
  it("is written by the day, with an ellipsis for an open end", () => {
    expect([span("2025-07-01", null), span(null, null)]).toEqual(["01/07/2025 – …", "… – …"]);
  });
});
