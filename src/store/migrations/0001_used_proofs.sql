CREATE TABLE "gatehouse"."used_proofs" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "used_proofs_expires_at" ON "gatehouse"."used_proofs" USING btree ("expires_at");