CREATE TABLE "inventory"."adjustments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "inventory"."adjustments_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sku" varchar(64) collate "C" NOT NULL,
	"delta" integer NOT NULL,
	"reason" text NOT NULL,
	"note" text,
	"on_hand" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "inventory"."items" (
	"sku" varchar(64) collate "C" PRIMARY KEY NOT NULL,
	"name" varchar(200) collate "C" NOT NULL,
	"description" text,
	"tags" text[] NOT NULL,
	"on_hand" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "items_on_hand" CHECK ("inventory"."items"."on_hand" >= 0)
);
--> statement-breakpoint
CREATE TABLE "inventory"."reservation_lines" (
	"reservation_id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"sku" varchar(64) collate "C" NOT NULL,
	"quantity" integer NOT NULL,
	"held_until" timestamp (3) with time zone,
	CONSTRAINT "reservation_lines_reservation_id_position_pk" PRIMARY KEY("reservation_id","position"),
	CONSTRAINT "reservation_lines_quantity" CHECK ("inventory"."reservation_lines"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "inventory"."reservations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"issuer" text NOT NULL,
	"client_id" text NOT NULL,
	"status" text NOT NULL,
	"reference" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "inventory"."adjustments" ADD CONSTRAINT "adjustments_sku_items_sku_fk" FOREIGN KEY ("sku") REFERENCES "inventory"."items"("sku") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inventory"."reservation_lines" ADD CONSTRAINT "reservation_lines_reservation_id_reservations_id_fk" FOREIGN KEY ("reservation_id") REFERENCES "inventory"."reservations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "adjustments_sku" ON "inventory"."adjustments" USING btree ("sku","sequence");--> statement-breakpoint
CREATE INDEX "items_name" ON "inventory"."items" USING btree ("name","sku");--> statement-breakpoint
CREATE INDEX "items_updated_at" ON "inventory"."items" USING btree ("updated_at","sku");--> statement-breakpoint
CREATE INDEX "items_tags" ON "inventory"."items" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "reservation_lines_held" ON "inventory"."reservation_lines" USING btree ("sku","held_until") WHERE "inventory"."reservation_lines"."held_until" is not null;--> statement-breakpoint
CREATE INDEX "reservations_client" ON "inventory"."reservations" USING btree ("client_id","created_at","id");