// The AWS SDK for JavaScript against a platform: waiters, paginators, typed errors, and what comes back.
import assert from "node:assert/strict";
import {
  AddPermissionCommand, CreateAliasCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand,
  DeleteAliasCommand, DeleteFunctionCommand, DeleteFunctionUrlConfigCommand, GetAccountSettingsCommand,
  GetFunctionCommand, GetFunctionConfigurationCommand, GetPolicyCommand, InvokeCommand, LambdaClient,
  ListTagsCommand, ListVersionsByFunctionCommand, PublishLayerVersionCommand, DeleteLayerVersionCommand,
  PublishVersionCommand, PutFunctionConcurrencyCommand, RemovePermissionCommand, ResourceConflictException,
  ResourceNotFoundException, TagResourceCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
  paginateListFunctions, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, ListRolesCommand,
  NoSuchEntityException, GetRoleCommand, PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";

const [zip, otherZip] = process.argv.slice(2).map((text) => Buffer.from(text, "base64"));
const lambda = new LambdaClient();
const FunctionName = "javascript-sdk";
const wait = { client: lambda, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };

const created = await lambda.send(new CreateFunctionCommand({
  FunctionName, Runtime: "provided.al2023", Handler: "app.handler", Role: "arn:aws:iam::000000000000:role/any",
  Code: { ZipFile: zip }, Tags: { team: "a" }, Environment: { Variables: { GREETING: "grüß dich ☃" } },
}));
assert.equal(created.State, "Pending");
await waitUntilFunctionActiveV2(wait, { FunctionName });
await assert.rejects(
  lambda.send(new CreateFunctionCommand({
    FunctionName, Runtime: "provided.al2023", Handler: "x", Role: "arn:aws:iam::000000000000:role/any", Code: { ZipFile: zip },
  })),
  ResourceConflictException);

const event = JSON.stringify({ deep: [1, 2.5, null, "☃"] });
const called = await lambda.send(new InvokeCommand({ FunctionName, Payload: event, LogType: "Tail" }));
assert.equal(called.StatusCode, 200);
assert.equal(called.ExecutedVersion, "$LATEST");
assert.deepEqual(JSON.parse(called.Payload.transformToString()), { event: JSON.parse(event), greeting: "grüß dich ☃" });
assert.match(Buffer.from(called.LogResult, "base64").toString(), /REPORT RequestId/);
const failed = await lambda.send(new InvokeCommand({ FunctionName, Payload: '"fail"' }));
assert.equal(failed.FunctionError, "Unhandled");

await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
await waitUntilFunctionUpdatedV2(wait, { FunctionName });
assert.equal((await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).Timeout, 9);
const one = await lambda.send(new PublishVersionCommand({ FunctionName }));
await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: otherZip }));
await waitUntilFunctionUpdatedV2(wait, { FunctionName });
await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: one.Version }));
const versions = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
assert.deepEqual(versions.Versions.map((version) => version.Version), ["$LATEST", "1"]);
const aliased = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: "live", Payload: "1" }));
assert.equal(aliased.ExecutedVersion, "1");

const names = [];
for await (const page of paginateListFunctions({ client: lambda, pageSize: 1 }, {})) {
  names.push(...page.Functions.map((each) => each.FunctionName));
}
assert.ok(names.includes(FunctionName));

const arn = created.FunctionArn;
await lambda.send(new TagResourceCommand({ Resource: arn, Tags: { stage: "b" } }));
assert.deepEqual((await lambda.send(new ListTagsCommand({ Resource: arn }))).Tags, { team: "a", stage: "b" });
await lambda.send(new AddPermissionCommand({
  FunctionName, StatementId: "s3", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com",
}));
assert.equal(JSON.parse((await lambda.send(new GetPolicyCommand({ FunctionName }))).Policy).Statement[0].Sid, "s3");
await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: "s3" }));
await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 3 }));
assert.equal((await lambda.send(new GetFunctionCommand({ FunctionName }))).Concurrency.ReservedConcurrentExecutions, 3);
const url = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }));
assert.match(url.FunctionUrl, /^http:\/\/[a-z0-9]{32}\./);
await lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
const layer = await lambda.send(new PublishLayerVersionCommand({ LayerName: "javascript-sdk", Content: { ZipFile: zip } }));
assert.equal(layer.Version, 1);
await lambda.send(new DeleteLayerVersionCommand({ LayerName: "javascript-sdk", VersionNumber: 1 }));
assert.ok((await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit.ConcurrentExecutions > 0);

const logged = await new CloudWatchLogsClient().send(new FilterLogEventsCommand({
  logGroupName: `/aws/lambda/${FunctionName}`, filterPattern: "REPORT",
}));
assert.ok(logged.events.length >= 3);

const iam = new IAMClient();
const RoleName = "javascript-sdk";
const role = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }],
}) }));
await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "list", PolicyDocument: JSON.stringify({
  Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "lambda:GetFunction", Resource: "*" }],
}) }));
assert.ok((await iam.send(new ListRolesCommand({}))).Roles.some((each) => each.RoleName === RoleName));
const sts = new STSClient();
assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, "000000000000");
const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn: role.Role.Arn, RoleSessionName: "me" }));
const session = new LambdaClient({ credentials: {
  accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.SessionToken,
} });
assert.ok(await session.send(new GetFunctionCommand({ FunctionName })));
await assert.rejects(session.send(new DeleteFunctionCommand({ FunctionName })), { name: "AccessDeniedException" });
await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "list" }));
await iam.send(new DeleteRoleCommand({ RoleName }));
await assert.rejects(iam.send(new GetRoleCommand({ RoleName })), NoSuchEntityException);

await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
await lambda.send(new DeleteFunctionCommand({ FunctionName }));
await assert.rejects(lambda.send(new GetFunctionCommand({ FunctionName })), ResourceNotFoundException);
